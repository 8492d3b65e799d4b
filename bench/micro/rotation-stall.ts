/**
 * `npm run bench:rotation [-- FILE]`: how long the event loop stands still while a CA file is read, checked and made into a new generation. Twice: at the start
 * of a process, when nothing is known of the file, and at a rotation, in which one certificate has gone. FILE is the system bundle unless another is named.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { createTrustSnapshot } from '../../src/trust/snapshot.ts'
import { readTrustBundle } from '../../src/trust/trust-bundle.ts'

interface Round {
  readonly certificates: number
  readonly stallMs: number
  readonly totalMs: number
  /** Of this thread and those of libuv: what another process takes from us is not in it. */
  readonly cpuMs: number
  /** Of it, until the bundle is read and checked; the rest is the SecureContext. */
  readonly readCpuMs: number
}

const [file = '/etc/ssl/certs/ca-certificates.crt', once] = process.argv.slice(2)
const STARTS = 11
const ROTATIONS = 20

async function measured (cacertfile: string): Promise<Round> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  // so that the compiling of the timer is not counted
  await new Promise(resolve => setTimeout(resolve, 20))
  delay.reset()
  const [begun, cpu] = [performance.now(), process.cpuUsage()]
  const { anchors } = await readTrustBundle(cacertfile)
  const readCpuMs = cpuMsSince(cpu)
  await createTrustSnapshot({ cacertfile, certfile: null, keyfile: null, keyPassword: null }, 1)
  const totalMs = performance.now() - begun
  const cpuMs = cpuMsSince(cpu)
  // the timer that was late fires now, and is counted
  await new Promise(resolve => setTimeout(resolve, 5))
  delay.disable()
  return { certificates: anchors.length, stallMs: delay.max / 1e6, totalMs, cpuMs, readCpuMs }
}

function cpuMsSince (before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function started (): Round {
  const { stdout } = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), file, 'once'], { encoding: 'utf8' })
  return JSON.parse(stdout) as Round
}

/** The file with another of its certificates left out each time. */
async function rotated (): Promise<Round[]> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-rotation-'))
  const all = readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g) ?? []
  const rounds: Round[] = []
  try {
    for (let i = 0; i < ROTATIONS + 3; i++) {
      const cacertfile = join(dir, `${i}.pem`)
      writeFileSync(cacertfile, all.filter((_each, at) => at !== i % all.length).join(''))
      rounds.push(await measured(cacertfile))
    }
  } finally {
    rmSync(dir, { recursive: true })
  }
  return rounds.slice(3) // the first ones are compiled
}

function told (what: string, rounds: readonly Round[]): void {
  const at = (key: keyof Round, share: number): string => (rounds.map(round => round[key]).toSorted((a, b) => a - b)[Math.ceil(rounds.length * share) - 1] ?? NaN).toFixed(1)
  process.stdout.write(`${what}, ${rounds.length} times, ${rounds[0]?.certificates ?? 0} certificates\n`)
  process.stdout.write(`  longest stall of the event loop  median ${at('stallMs', 0.5)} ms, worst ${at('stallMs', 1)} ms (with 1 ms of timer resolution)\n`)
  process.stdout.write(`  from file to generation          median ${at('totalMs', 0.5)} ms, worst ${at('totalMs', 1)} ms\n`)
  process.stdout.write(`  CPU                              median ${at('readCpuMs', 0.5)} ms until it is read and checked, ${at('cpuMs', 0.5)} ms with the one SecureContext of it\n`)
}

if (once === 'once') process.stdout.write(JSON.stringify(await measured(file)))
else {
  told('at the start', Array.from({ length: STARTS }, started))
  told('at a rotation', await rotated())
}
