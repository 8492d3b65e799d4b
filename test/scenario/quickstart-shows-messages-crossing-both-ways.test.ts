import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { Command, run } from '../support/command.ts'

async function emptyDir (t: Test): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-quickstart-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  return dir
}

async function listening (): Promise<{ server: Server, port: number }> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

async function freePorts (): Promise<[string, string]> {
  const two = [await listening(), await listening()]
  await Promise.all(two.map(({ server }) => new Promise(resolve => server.close(resolve))))
  return [String(two[0]?.port), String(two[1]?.port)]
}

test('in an empty directory, with nothing prepared, and Ctrl-C ends it', async t => {
  const cwd = await emptyDir(t)
  const [port, remotePort] = await freePorts()
  const command = new Command(t, ['quickstart', '--port', port, '--remote-port', remotePort], { cwd })
  await command.prints(/^up +device .*demo\/sensor-\w+\/temperature .* ms$/m)
  await command.prints(/^down +remote .*cmd\/sensor-\w+\/led .* ms$/m)
  t.match(command.out, `mosquitto_pub -h 127.0.0.1 -p ${port}`)
  command.signal('SIGINT')
  t.equal(await command.exited, 0)
  t.match(command.out, /stopped: \d+ messages went up, \d+ came down/)
  t.notMatch(command.out, '\u001b[', 'no colour where there is no terminal')
  const certs = join(cwd, '.causeway/certs')
  t.equal((await stat(certs)).mode & 0o777, 0o700)
  const keys = (await readdir(certs)).filter(name => name.endsWith('.key'))
  t.ok(keys.length >= 2)
  for (const key of keys) t.equal((await stat(join(certs, key))).mode & 0o777, 0o600, key)
})

test('a port that is taken is said with the remedy', async t => {
  const cwd = await emptyDir(t)
  const { server, port } = await listening()
  t.teardown(() => { server.close() })
  const [, remotePort] = await freePorts()
  const taken = await run(t, ['quickstart', '--port', String(port), '--remote-port', remotePort], { cwd })
  t.equal(taken.code, 1)
  t.match(taken.err, `127.0.0.1:${port} is taken`)
  t.match(taken.err, '--port')
})

test('certs init and certs show', async t => {
  const cwd = await emptyDir(t)
  const made = await run(t, ['certs', 'init', 'pki', '--name', 'edge-7.local'], { cwd })
  t.equal(made.code, 0)
  t.match(made.out, 'cacertfile = "pki/ca.pem"')
  const shown = await run(t, ['certs', 'show', 'pki/server.pem'], { cwd })
  t.equal(shown.code, 0)
  t.match(shown.out, 'edge-7.local')
  t.match(shown.out, 'SHA-256')
  const again = await run(t, ['certs', 'init', 'pki', '--name', 'edge-7.local'], { cwd })
  t.match(again.out, /^kept/m)
  const none = await run(t, ['certs', 'show', 'pki/nothing.pem'], { cwd })
  t.equal(none.code, 1)
  t.match(none.err, 'X509 - The CRT/CRL/CSR format is invalid')
})
