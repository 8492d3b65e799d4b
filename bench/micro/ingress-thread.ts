/**
 * `npm run bench:ingress-thread`: would a thread of its own for the sockets of devices pay? Messages of QoS 0 are read, found, checked, looked up and admitted here, and then are read,
 * found and checked by a thread that hands them on in batches, to be found again, looked up and admitted here. Devices' sessions, acknowledgements and the link are in neither. Linux only.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import { PublishView } from '../../src/mqtt/publish-view.ts'
import { createRelay } from '../../src/relay/bridge-relay.ts'
import { plainTerms } from '../../src/relay/link.ts'
import { Outbox } from '../../src/relay/outbox.ts'
import { Admission } from '../../src/relay/relay.ts'
import { outboxOptions } from '../../test/support/outbox-options.ts'
import { publishFrame } from '../../test/support/publish-frames.ts'
import { sameTopic } from './chunks.ts'
import { costCell, type ThreadCost, threadCost } from './thread-cpu.ts'

const SECONDS = 4
const TICK_MS = 5

interface Traffic {
  readonly what: string
  readonly connections: number
  /** Messages of one write. */
  readonly together: number
  /** Messages a second over all connections; 0: as fast as they are read. */
  readonly rate: number
}

const traffics: readonly Traffic[] = [
  { what: '4 connections, saturating', connections: 4, together: 256, rate: 0 },
  { what: '200 devices, 20,000/s', connections: 200, together: 1, rate: 20_000 },
  { what: '200 devices, 60,000/s', connections: 200, together: 1, rate: 60_000 }
]

/** In a process of its own. */
const generator = `
const { connect } = require('node:net')
process.once('disconnect', () => process.exit())
process.once('message', ({ port, connections, together, rate, frame }) => {
  const chunk = Buffer.concat(Array(together).fill(Buffer.from(frame, 'base64')))
  const sockets = Array.from({ length: connections }, () => connect({ port, host: '127.0.0.1', noDelay: true }))
  for (const socket of sockets) socket.on('error', () => process.exit())
  const pour = socket => { while (socket.write(chunk)); socket.once('drain', () => pour(socket)) }
  if (rate === 0) return sockets.forEach(socket => socket.once('connect', () => pour(socket)))
  const begun = performance.now()
  let sent = 0
  setInterval(() => {
    for (const due = (performance.now() - begun) / 1000 * rate; sent < due; sent++) sockets[sent % connections].write(chunk)
  }, ${TICK_MS})
})
`

/** What this thread does with a message in any case. */
function admission (): { readonly scanner: () => FrameScanner, readonly admitted: () => number } {
  let count = 0
  const outbox = new Outbox(outboxOptions({ maxCount: 10_000, maxBytes: 1 << 26, schedule: flush => { setImmediate(flush) } }))
  outbox.linkUp({ begin () {}, end () {}, write (_frames, written) { written?.(); return true } }, plainTerms)
  const relay = createRelay({ interest: null })
  relay.attach(outbox, [{ filter: '#', rename: null, qos: null, retain: null }])
  const view = new PublishView()
  const device = { bridge: null }
  const scanner = (): FrameScanner => new FrameScanner({
    frame (bytes, start, body, end) {
      if (view.read(bytes, start, body, end, 4) !== null) throw new Error('not a message')
      if (relay.admit(relay.lookup(bytes, view.topicStart, view.topicEnd), view, device, null, 0) !== Admission.TAKEN) throw new Error('no room')
      count++
      return true
    },
    malformed (reason) { throw new Error(reason.reason) }
  }, 1_000_000)
  return { scanner, admitted: () => count }
}

async function under (traffic: Traffic, port: number, admitted: () => number): Promise<ThreadCost> {
  const child = spawn(process.execPath, ['-e', generator], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  child.send({ ...traffic, port, frame: publishFrame({ topic: sameTopic(), payload: 'x'.repeat(200), qos: 0 }).toString('base64') })
  await new Promise(resolve => setTimeout(resolve, 1000))
  const cost = await threadCost(SECONDS, admitted)
  child.kill('SIGKILL')
  await once(child, 'close')
  return cost
}

async function here (traffic: Traffic): Promise<ThreadCost> {
  const { scanner, admitted } = admission()
  const server = createServer((socket: Socket) => {
    const own = scanner()
    socket.on('data', chunk => own.push(chunk))
    socket.on('error', () => {})
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const cost = await under(traffic, (server.address() as AddressInfo).port, admitted)
  server.close()
  return cost
}

async function there (traffic: Traffic): Promise<ThreadCost> {
  const { scanner, admitted } = admission()
  const whole = scanner()
  const file = JSON.stringify(new URL('./ingress-worker.ts', import.meta.url).href)
  const worker = new Worker(`import('tsx/esm/api').then(({ register }) => { register(); return import(${file}) })`, { eval: true })
  const [port] = await once(worker, 'message') as [number]
  worker.on('message', ({ memory, used }: { readonly memory: ArrayBuffer, readonly used: number }) => {
    whole.push(Buffer.from(memory, 0, used))
    // the outbox has written, or copied, what it was given by the end of the turn
    setImmediate(() => setImmediate(() => worker.postMessage(memory, [memory])))
  })
  const cost = await under(traffic, port, admitted)
  await worker.terminate()
  return cost
}

process.stdout.write(`CPU a message in ns: first thread / process${'here'.padStart(12)}${'a thread of its own'.padStart(32)}\n`)
for (const traffic of traffics) process.stdout.write(`${traffic.what.padEnd(26)}${[await here(traffic), await there(traffic)].map(costCell).join('')}\n`)
