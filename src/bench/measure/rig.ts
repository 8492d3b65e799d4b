/** Receiver, target and generator of one run, put up in this order and taken down whatever happens. */
import { mkdir } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { withDeadline } from '../../deadline.ts'
import { BenchError, benchCodes } from '../errors.ts'
import { type Account, accountOf } from '../rig/accounting.ts'
import { freePort, LOOPBACK } from '../rig/ports.ts'
import { Station } from '../rig/station.ts'
import type { Launch, TargetSetup } from '../target/target.ts'
import { nowMicros } from '../wire/clock.ts'
import { TOPIC_PREFIX, urgent, type Workload } from '../wire/workload.ts'
import type { RunPlan } from './plan.ts'
import { RunningTarget } from './running-target.ts'

const BRIDGE_MS = 15_000
/** What a packet has beside its payload, generously. */
const HEADROOM = 1024
/** What a message that waits takes beside its payload, generously. */
const OVERHEAD = 128
/** Topics of messages that go down. */
const DOWN_PREFIX = 'down/'

export class Rig {
  readonly plan: RunPlan
  readonly receiver: Station
  readonly generator: Station
  readonly target: RunningTarget | null
  readonly launch: Launch
  /** Where devices connect. */
  readonly address: { readonly host: string, readonly port: number }
  readonly run: number
  bridgedAfter = 0
  readonly #receiverPort: number

  private constructor (plan: RunPlan, parts: Pick<Rig, 'receiver' | 'generator' | 'target' | 'launch' | 'address' | 'run'> & { receiverPort: number }) {
    this.plan = plan
    this.receiver = parts.receiver
    this.generator = parts.generator
    this.target = parts.target
    this.launch = parts.launch
    this.address = parts.address
    this.run = parts.run
    this.#receiverPort = parts.receiverPort
  }

  /** The stations messages come from and go to. */
  get source (): Station { return this.plan.case.direction === 'up' ? this.generator : this.receiver }
  get sink (): Station { return this.plan.case.direction === 'up' ? this.receiver : this.generator }

  static async open (plan: RunPlan): Promise<Rig> {
    const { pinning, launcher, dir } = plan
    await mkdir(dir, { recursive: true })
    const direct = plan.target.kind === 'direct'
    const receiver = new Station({ name: 'receiver', cores: pinning.receiver, launcher, cwd: dir })
    const generator = new Station({ name: 'generator', cores: direct ? pinning.target : pinning.generator, launcher, cwd: dir })
    try {
      const run = 1 + Math.floor(Math.random() * 0xfffe)
      const { port: receiverPort } = await listening(receiver, plan, run)
      const port = plan.external?.port ?? await freePort()
      const launch = await plan.target.prepare(setupOf(plan, port, receiverPort))
      const target = plan.target.kind === 'process'
        ? new RunningTarget({ label: plan.target.label, launch, dir, port, cores: pinning.target, launcher, memoryLimit: plan.memoryLimit })
        : null
      return new Rig(plan, { receiver, generator, target, launch, run, receiverPort, address: { host: plan.external?.host ?? LOOPBACK, port } })
    } catch (thrown) {
      await Promise.all([receiver.stop(), generator.stop()])
      throw thrown
    }
  }

  /** Starts the target and waits until its bridge is connected; then connects the devices. */
  async connect (): Promise<void> {
    const { plan } = this
    if (plan.target.kind !== 'direct') {
      plan.phase('starting')
      const began = nowMicros()
      const patience = plan.target.kind === 'external' ? plan.patienceMs : BRIDGE_MS
      await withDeadline(plan.signal, patience, async deadline => {
        const bridged = this.bridged(deadline)
        bridged.catch(() => {})
        await this.target?.start(plan.signal)
        await this.guard(bridged)
      })
      this.bridgedAfter = nowMicros() - began
    }
    await this.guard(this.#devices())
  }

  /** Waits for a bridge to say CONNECT at the receiver. */
  async bridged (deadline: AbortSignal): Promise<void> {
    try {
      await this.receiver.until(({ links }) => links > 0, deadline)
    } catch {
      this.plan.signal.throwIfAborted()
      throw new BenchError(benchCodes.NO_BRIDGE, `${this.plan.target.label} did not connect its bridge to the receiver on ${LOOPBACK}:${this.#receiverPort}`, {
        hint: this.plan.target.kind === 'external' ? `Point its bridge at that port and let it trust ${this.plan.credentials.caFile}` : 'Its own log says why; run it by hand with the same configuration'
      })
    }
  }

  /** What `work` gives, unless the target fails or the run is stopped before. */
  async guard<T> (work: Promise<T>): Promise<T> {
    const { signal } = this.plan
    let abandon: () => void = () => {}
    const stopped = new Promise<never>((_resolve, reject) => {
      abandon = () => reject(new BenchError(benchCodes.STOPPED, 'stopped'))
      signal.addEventListener('abort', abandon)
      if (signal.aborted) abandon()
    })
    try {
      return await Promise.race([work, stopped, ...(this.target === null ? [] : [this.target.failed])])
    } finally {
      signal.removeEventListener('abort', abandon)
    }
  }

  async sleep (milliseconds: number): Promise<void> {
    const over = new AbortController()
    try {
      await this.guard(setTimeout(milliseconds, undefined, { signal: over.signal }))
    } finally {
      over.abort()
    }
  }

  account (): Account | null {
    if (this.target !== null) return this.target.account()
    if (this.plan.target.kind === 'direct') return accountOf(this.generator.child.pid)
    return this.plan.external?.pid == null ? null : accountOf(this.plan.external.pid)
  }

  async close (): Promise<void> {
    await Promise.all([this.generator.stop(), this.target?.stop()])
    await this.receiver.stop()
  }

  async #devices (): Promise<void> {
    const { plan, run, address } = this
    const { workload, direction, reading, stalled } = plan.case
    const direct = plan.target.kind === 'direct'
    const subscribe = { ...address, run, qos: workload.qos, level: workload.level }
    if (!direct && reading > 0) await this.generator.ask('subscribe', { ...subscribe, filter: '#', count: reading, stalled: false, counted: false })
    if (!direct && stalled > 0) await this.generator.ask('subscribe', { ...subscribe, filter: '#', count: stalled, stalled: true, counted: false })
    if (direction === 'down') {
      await this.generator.ask('subscribe', { ...subscribe, filter: `${DOWN_PREFIX}#`, count: 1, stalled: false, counted: true })
      await this.#subscribed()
      return
    }
    await this.generator.ask('connect', {
      ...(direct ? { host: LOOPBACK, port: this.#receiverPort } : address),
      run,
      workload: direct ? alone(workload) : workload,
      topicPrefix: TOPIC_PREFIX,
      ca: direct ? plan.credentials.first.root : null,
      keepAlive: 60
    })
    if (plan.case.urgent) await this.generator.ask('urgent', { ...address, run, workload, keepAlive: 60 })
  }

  /** The bridge subscribes after it has connected; there is no other sign of it. */
  async #subscribed (): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.receiver.ask('prepare', { workload: this.plan.case.workload, topicPrefix: DOWN_PREFIX })
        return
      } catch (thrown) {
        if (attempt === 50) throw thrown
        await this.sleep(100)
      }
    }
  }
}

/** A bridge has one connection to its remote, and so has what stands for its limit. */
function alone (workload: Workload): Workload {
  return { ...workload, connections: 1, batch: Math.max(256, workload.batch), window: Math.min(65_535, workload.window * workload.connections) }
}

async function listening (receiver: Station, plan: RunPlan, run: number): Promise<{ port: number }> {
  try {
    return await receiver.ask('listen', { port: plan.receiverPort, run, identity: plan.credentials.first.server })
  } catch (thrown) {
    if (!(thrown instanceof Error) || !thrown.message.includes('EADDRINUSE')) throw thrown
    throw new BenchError(benchCodes.PORT_TAKEN, `port ${plan.receiverPort} of ${LOOPBACK} is taken`, { hint: 'Choose another with --receiver-port', cause: thrown })
  }
}

function setupOf (plan: RunPlan, port: number, remotePort: number): TargetSetup {
  const { workload, idleRules, remoteLevel, prefix, direction, reading, stalled } = plan.case
  const idle = Array.from({ length: idleRules }, (_, place) => ({ filter: `rule/${place}/#`, prefix: '', priority: null }))
  const first = plan.case.urgent ? [{ filter: `${urgent.topicPrefix}#`, prefix: '', priority: 'high' } as const] : []
  return {
    dir: plan.dir,
    port,
    remotePort,
    caFile: plan.credentials.caFile,
    remoteLevel,
    forwards: direction === 'up' ? [...idle, ...first, { filter: `${TOPIC_PREFIX}#`, prefix, priority: null }] : [],
    subscriptions: direction === 'down' ? [{ filter: `${DOWN_PREFIX}#`, qos: workload.qos }] : [],
    inFlight: Math.max(1000, workload.window),
    connections: workload.connections + reading + stalled + first.length,
    backlog: workload.count === null ? null : { messages: workload.count, bytes: workload.count * (workload.payload + OVERHEAD) },
    maxPacket: Math.max(65_536, workload.payload + HEADROOM)
  }
}
