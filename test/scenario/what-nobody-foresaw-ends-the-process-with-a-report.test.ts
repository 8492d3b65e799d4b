/** A real process in which something is wrong ends by itself, in order where it can, and says why. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { test } from 'tap'
import type { TestScope } from '../support/certificates.ts'
import { Command } from '../support/command.ts'

/** Loaded into the process before anything else. */
const planted = (code: string): Readonly<Record<string, string>> => ({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` })

async function started (t: TestScope, code: string, text = ''): Promise<{ readonly command: Command, readonly dir: string, readonly port: number }> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-crash-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'x.conf'), `listeners.tcp { bind = "127.0.0.1:0" }\nlog { to = [console, file], dir = "${dir}" }\nvars { hidden = hunter2 }\n${text}`)
  const command = new Command(t, ['start', '--conf', join(dir, 'x.conf'), '--state-dir', join(dir, 'state')], { env: planted(code) })
  await command.prints(/"msg":"ready"/)
  const ready = command.log.find(({ msg }) => msg === 'ready') as { listeners: { port: number }[] } | undefined
  return { command, dir, port: ready?.listeners[0]?.port ?? 0 }
}

test('an error that nobody catches drains, reports, and exits with 1', async t => {
  for (const [name, code] of [
    ['an exception', 'process.on("SIGUSR2", () => { throw new Error("planted one") })'],
    ['a rejection', 'process.on("SIGUSR2", () => { Promise.reject(new Error("planted one", { cause: new Error("the root") })) })']
  ] as const) {
    const { command, dir, port } = await started(t, code)
    const device = await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'd', reconnectPeriod: 0 })
    const closed = new Promise<void>(resolve => device.once('close', () => resolve()))
    command.signal('SIGUSR2')
    await closed
    t.equal(await command.exited, 1, name)
    t.match(command.err, /causeway: unforeseen error, stopping: Error: planted one/, name)
    const fatal = command.log.find(({ level }) => level === 'fatal')
    t.match(fatal, { msg: /unforeseen/, cause: 'planted one', hint: /report/ }, name)
    t.equal(command.log.at(-1)?.['msg'], 'stopped', `${name}: it has stopped in order`)
    const [report = ''] = (await readdir(join(dir, 'state'))).filter(file => file.startsWith('crash-'))
    const path = join(dir, 'state', report)
    t.equal(fatal?.['report'], path)
    const content = await readFile(path, 'utf8')
    t.match(content, /^causeway \S+, node v/)
    t.match(content, /Error: planted one\n +at /)
    if (name === 'a rejection') t.match(content, /caused by Error: the root/)
    t.notMatch(content, /hunter2/)
    t.equal((await stat(path)).mode & 0o777, 0o600)
    t.match(await readFile(join(dir, 'nanomq.log'), 'utf8'), /planted one[^]*"msg":"stopped"\}\n$/, `${name}: the file has it all`)
    await device.endAsync(true)
  }
})

test('a loop that stands still is found by another thread, which says where; a process that was only stopped lives on', async t => {
  const { command } = await started(t, 'process.on("SIGUSR2", function spinsForEver () { for (;;) Math.random() })', 'process.watchdog = 2s')
  command.signal('SIGSTOP')
  await new Promise(resolve => setTimeout(resolve, 2500)) // nothing can be awaited of a process that is stopped
  command.signal('SIGCONT')
  command.signal('SIGHUP')
  await command.prints(/"msg":"configuration is as it was"/)
  t.equal(command.err, '')
  command.signal('SIGUSR2')
  t.equal(await command.exited, null, 'by SIGKILL')
  t.match(command.err, /^causeway: the event loop has stood still for 2000 ms; the process is ended\n +at .*spinsForEver/)
})
