/** A datagram socket as systemd opens it hears READY, the watchdog's beat and STOPPING. Python opens it: Node has no such sockets. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'tap'
import { Command } from '../support/command.ts'

const missing = ['systemd-notify', 'python3'].find(program => spawnSync(program, ['--version']).error !== undefined)
const hear = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listening", flush=True)
while True:
    print(s.recv(4096).decode().strip().replace("\\n", " "), flush=True)
`

test('ready, alive, stopping', { skip: missing === undefined ? false : `${missing} is not installed` }, async t => {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-systemd-'))
  const socket = join(dir, 'notify')
  const listener = spawn('python3', ['-c', hear, socket], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(async () => {
    listener.kill()
    await rm(dir, { recursive: true, force: true })
  })
  const lines = createInterface(listener.stdout)
  const heard: string[] = []
  lines.on('line', line => heard.push(line))
  const hears = async (word: string): Promise<void> => {
    while (!heard.some(line => line.includes(word))) await once(lines, 'line')
  }
  await hears('listening')
  const conf = join(dir, 'site.conf')
  await writeFile(conf, 'listeners.tcp { bind = "127.0.0.1:0" }\n')
  const command = new Command(t, ['start', '--conf', conf], { env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '2000000' } })
  await hears('READY=1')
  t.ok(command.log.some(({ msg }) => msg === 'ready'), 'it is ready when it says so')
  await hears('WATCHDOG=1')
  command.signal('SIGTERM')
  await hears('STOPPING=1')
  t.equal(await command.exited, 0)
  t.equal(command.err, '')
})
