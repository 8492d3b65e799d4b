import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { Command, run } from '../support/command.ts'

test('SIGHUP: a file that is wrong, one that needs a restart, one that is good; and check says each before', async t => {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-signal-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const file = join(dir, 'edge.conf')
  const next = join(dir, 'next.conf')
  const text = (level: string, more = ''): string => `listeners.tcp { bind = "127.0.0.1:0" }\nlog { level = ${level} }\n${more}`
  await writeFile(file, text('info'))
  const edge = new Command(t, ['start', '--conf', file])
  await edge.prints(/"msg":"ready"/)

  await writeFile(file, text('info', 'listeners {'))
  edge.signal('SIGHUP')
  await edge.prints(/nothing was changed/)
  await writeFile(file, text('info', 'persistence { dir = "elsewhere" }'))
  edge.signal('SIGHUP')
  await edge.prints(/some keys need a restart/)
  await writeFile(file, text('debug'))
  edge.signal('SIGHUP')
  await edge.prints(/configuration is reloaded/)
  edge.signal('SIGTERM')
  t.equal(await edge.exited, 0)
  const said = edge.log.filter(({ level, msg }) => level !== 'debug' && !/^stop/.test(String(msg))).slice(edge.log.findIndex(({ msg }) => msg === 'ready') + 1)
  t.match(said, [
    { msg: /again/ },
    { level: 'error', problems: [{ code: 'CW_CONFIG_SYNTAX', place: { line: 3 } }] },
    { msg: /again/ },
    { level: 'error', keys: [{ key: 'persistence', before: 'none' }, { key: 'persistence.dir', after: /elsewhere/ }] },
    { msg: /again/ },
    { msg: 'configuration is reloaded', changes: [{ part: 'log.level', keys: [{ before: 'info', after: 'debug' }] }] }
  ])

  await writeFile(next, text('error', 'limits { max_sessions = 7 }'))
  const refused = await run(t, ['check', '--conf', next, '--against', file])
  t.equal(refused.code, 2)
  t.match(refused.out, /limits\.max_sessions: 10000 -> 7/)
  await writeFile(next, text('error'))
  const accepted = await run(t, ['check', '--conf', next, '--against', file, '--json'])
  t.equal(accepted.code, 0)
  t.match(JSON.parse(accepted.out), { kind: 'applied', changes: [{ part: 'log.level' }] })
})
