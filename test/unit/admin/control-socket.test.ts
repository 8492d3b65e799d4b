/** Where the control socket is, whose it is, and what stands in its way. */
import { once } from 'node:events'
import { lstat, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { controlPath, listenAt } from '../../../src/admin/control-socket.ts'

test('its place is the configured one, else one that is this user\'s own', async t => {
  const place = (configured: string | null, stateDir: string | null, environment: Record<string, string> = {}): string | null => controlPath({ configured, stateDir, environment })
  t.equal(place('/x/y.sock', '/state'), '/x/y.sock')
  t.equal(place(null, '/state', { XDG_RUNTIME_DIR: '/run/user/1' }), '/state/control.sock')
  t.equal(place(null, null, { RUNTIME_DIRECTORY: '/run/causeway:/run/more', XDG_RUNTIME_DIR: '/run/user/1' }), '/run/causeway/control.sock')
  t.equal(place(null, null, { XDG_RUNTIME_DIR: '/run/user/1' }), '/run/user/1/causeway.sock')
  t.equal(place(null, null), null)
})

test('it is its owner\'s alone; what a crash has left is replaced, what is in use or no socket is not', async t => {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-control-'))
  t.teardown(async () => rm(dir, { recursive: true }))
  const path = join(dir, 'below', 'control.sock')
  const first = createServer().unref()
  await listenAt(path, first)
  t.equal((await lstat(path)).mode & 0o777, 0o600)
  t.equal((await lstat(join(dir, 'below'))).mode & 0o777, 0o700)
  await t.rejects(listenAt(path, createServer()), { code: 'CW_CONTROL_SOCKET', message: /another process answers/ })
  // closing takes the file away; a crash does not
  const left = join(dir, 'left.sock')
  const { spawn } = await import('node:child_process')
  const crashing = spawn(process.execPath, ['-e', `require('net').createServer().listen(${JSON.stringify(left)}, () => process.kill(process.pid, 'SIGKILL'))`])
  await once(crashing, 'exit')
  t.ok((await lstat(left)).isSocket())
  const second = createServer().unref()
  await listenAt(left, second)
  const file = join(dir, 'file')
  await writeFile(file, 'precious')
  await t.rejects(listenAt(file, createServer()), { code: 'CW_CONTROL_SOCKET', message: /no socket/ })
  t.equal(await readFile(file, 'utf8'), 'precious')
  await t.rejects(listenAt(join(dir, 'x'.repeat(120)), createServer()), { code: 'CW_CONTROL_SOCKET', message: /longer than/ })
  first.close()
  second.close()
})
