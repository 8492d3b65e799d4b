/** A target that does not start, one that dies while it is measured, a port that is taken: each is said clearly, and what was measured is kept. */
import { writeFileSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import t, { test } from 'tap'
import { findProgram } from '../../src/bench/rig/pinning.ts'
import { benchRun, scratch } from '../support/bench-run.ts'

// each waits for processes most of its time
t.jobs = 3

const short = ['--scenario', 'saturate-qos1', '--rounds', '1', '--warmup', '200ms', '--rate', '2000', '--pin', 'off']
const mosquitto = findProgram('mosquitto', `${process.env['PATH'] ?? ''}:/usr/sbin`)

async function script (dir: string, name: string, lines: string): Promise<string> {
  const file = join(dir, name)
  await writeFile(file, `#!/bin/sh\n${lines}\n`)
  await chmod(file, 0o755)
  return file
}

test('a target that does not start is an error with its own words; the others are measured', { buffered: true }, async t => {
  const dir = await scratch(t)
  const broken = await script(dir, 'broken', 'echo "Error: no such option" >&2; exit 3')
  const { code, text, document } = await benchRun(dir, [...short, '--duration', '500ms', '--target', `mosquitto@${broken},raw`])
  t.equal(code, 1)
  const entries = document?.scenarios[0]?.cases[0]?.entries
  t.match(entries?.find(({ target }) => target.startsWith('mosquitto')), { outcome: 'error', reasons: [/did not start: exit code 3/] })
  t.match(text, /no such option/)
  t.match(entries?.find(({ target }) => target === 'raw'), { outcome: 'passed' })
})

test('a target that dies while it is measured is an error with how it ended', { buffered: true, skip: mosquitto === null ? 'no mosquitto here' : false }, async t => {
  const dir = await scratch(t)
  const dying = await script(dir, 'dying', `[ "$1" = -h ] && exec ${String(mosquitto)} -h\n${String(mosquitto)} "$@" &\nuntil [ -e ${dir}/now ]; do sleep 0.05; done; echo "out of luck" >&2; kill -9 $!; exit 7`)
  const { code, document } = await benchRun(dir, [...short, '--duration', '30s', '--target', `mosquitto@${dying}`], {
    said: text => { if (text.includes('measuring')) writeFileSync(join(dir, 'now'), '') }
  })
  t.equal(code, 1)
  t.match(document?.runs, [{ outcome: 'error', figures: null, reasons: [/ended during the run: exit code 7[^]*out of luck/] }])
})

test('a target that grows beyond the limit is ended', { buffered: true, skip: process.platform === 'linux' ? false : 'memory is known on Linux only' }, async t => {
  const dir = await scratch(t)
  const { code, document } = await benchRun(dir, [...short, '--duration', '30s', '--target', 'naive', '--memory-limit', '60'])
  t.equal(code, 1)
  t.match(document?.runs, [{ outcome: 'error', reasons: [/grew beyond 60 MB and was ended/] }])
})

test('a bridge that never connects is an error that says what to do', { buffered: true }, async t => {
  const dir = await scratch(t)
  const { code, document } = await benchRun(dir, [...short, '--duration', '500ms', '--target', 'external', '--external', '127.0.0.1:1', '--patience', '300ms', '--certs', dir])
  t.equal(code, 1)
  t.match(document?.runs, [{ outcome: 'error', reasons: [/did not connect its bridge to the receiver on 127\.0\.0\.1:\d+ \(Point its bridge at that port/] }])
})

test('a port that is taken is said before anything runs', { buffered: true }, async t => {
  const dir = await scratch(t)
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  await t.rejects(benchRun(dir, [...short, '--target', 'raw', '--receiver-port', String(port)]), { code: 'CW_BENCH_PORT_TAKEN', message: `port ${port} of 127.0.0.1 is taken` })
})

test('what was measured before it is stopped is reported', { buffered: true }, async t => {
  const dir = await scratch(t)
  const stop = new AbortController()
  const { code, text, document } = await benchRun(dir, [...short, '--target', 'raw', '--duration', '300ms', '--rounds', '50'], {
    stop: stop.signal,
    // the first is over, the second begins
    said: text => { if (text.includes('[2/50]')) stop.abort() }
  })
  t.equal(code, 1)
  t.match(text, /stopped: \d+ runs were not made/)
  t.ok((document?.runs.length ?? 0) > 0, 'some were made')
  t.ok((document?.missed ?? 0) > 0, 'some were not')
})
