/** However the harness ends, what it started ends with it. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import t, { test } from 'tap'
import { findProgram } from '../../src/bench/rig/pinning.ts'
import { nodeArguments } from '../../src/package.ts'

// each waits for processes most of its time
t.jobs = 3

const linux = process.platform === 'linux' ? false : 'processes are looked up in /proc'
const setpriv = findProgram('setpriv', process.env['PATH'] ?? '') === null ? 'no setpriv here' : false

/** All that `pid` started, and they in turn. */
function descendants (pid: number): number[] {
  const parents = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(Number(name)) : null
    if (parent !== null) parents.set(parent, [...parents.get(parent) ?? [], Number(name)])
  }
  const below = (each: number): number[] => (parents.get(each) ?? []).flatMap(child => [child, ...below(child)])
  return below(pid)
}

function parentOf (pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? null : Number(parent)
  } catch {
    return null
  }
}

async function until (holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 20))
}

for (const [signal, skip] of [['SIGTERM', linux], ['SIGINT', linux], ['SIGKILL', linux === false ? setpriv : linux]] as const) {
  test(`after ${signal}`, { buffered: true, skip }, async t => {
    const harness = spawn(process.execPath, [...nodeArguments(new URL('../../bench/run.ts', import.meta.url)), '--scenario', 'saturate-qos1', '--target', 'naive', '--duration', '60s', '--pin', 'off'], { stdio: 'ignore' })
    const ended = new Promise<number | null>(resolve => harness.once('exit', code => resolve(code)))
    const pid = harness.pid ?? 0
    // receiver, generator and target
    await until(() => descendants(pid).length >= 3)
    const started = descendants(pid)
    harness.kill(signal)
    const code = await ended
    if (signal !== 'SIGKILL') t.equal(code, 1, 'it was stopped, which is no success')
    await until(() => started.every(each => parentOf(each) === null))
    t.pass(`${started.length} processes are gone`)
  })
}
