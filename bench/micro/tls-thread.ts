/**
 * `npm run bench:tls-thread`: would a thread of its own for TLS to the remote pay? Batches of encoded frames are written to a TLS socket here, and then are handed
 * to a thread that has the socket and gives the memory back. Linux only (/proc).
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { Worker } from 'node:worker_threads'
import { makeCredentials } from '../../src/bench/rig/credentials.ts'
import { costCell, type ThreadCost, threadCost } from './thread-cpu.ts'

/** Of a QoS 0 message of 200 bytes. */
const FRAME_BYTES = 222
const SECONDS = 2
/** Batches under way: enough that neither side waits for the other. */
const UNDER_WAY = 8

/** Reads and throws away, in a process of its own. */
const sink = `
const { createServer } = require('node:tls')
process.once('disconnect', () => process.exit())
process.once('message', ({ key, cert }) => {
  const server = createServer({ key, cert }, socket => { socket.on('error', () => {}); socket.resume() })
  server.listen(0, '127.0.0.1', () => process.send(server.address().port))
})
`
const writer = `
const { parentPort, workerData: { port, ca } } = require('node:worker_threads')
const socket = require('node:tls').connect({ port, host: '127.0.0.1', servername: 'localhost', ca }, () => { socket.setNoDelay(true); parentPort.postMessage(null) })
parentPort.on('message', memory => socket.write(Buffer.from(memory), () => parentPort.postMessage(memory, [memory])))
`

interface Remote { readonly port: number, readonly ca: string }

/** @param send copies a batch and writes it, or hands it over; calls when its memory is free again */
async function cost (batchBytes: number, send: (batch: Buffer, free: () => void) => void): Promise<ThreadCost> {
  const source = Buffer.alloc(batchBytes, 1)
  let batches = 0
  let underWay = 0
  let ended = false
  let scheduled = false
  const free = (): void => {
    underWay--
    batches++
    if (scheduled || ended) return
    scheduled = true
    setImmediate(fill)
  }
  /** As an outbox does: one flush a turn. */
  const fill = (): void => {
    scheduled = false
    for (; underWay < UNDER_WAY; underWay++) send(source, free)
  }
  fill()
  await new Promise(resolve => setTimeout(resolve, 500))
  const made = await threadCost(SECONDS, () => batches * Math.floor(batchBytes / FRAME_BYTES))
  ended = true
  return made
}

async function here ({ port, ca }: Remote, batchBytes: number): Promise<ThreadCost> {
  const socket = await new Promise<TLSSocket>(resolve => {
    const made = connect({ port, host: '127.0.0.1', servername: 'localhost', ca }, () => resolve(made))
  })
  socket.setNoDelay(true)
  const memory = Array.from({ length: UNDER_WAY }, () => Buffer.alloc(batchBytes))
  const made = await cost(batchBytes, (batch, free) => {
    const target = memory.pop() ?? Buffer.alloc(batchBytes)
    batch.copy(target)
    socket.write(target, () => {
      memory.push(target)
      free()
    })
  })
  socket.destroy()
  return made
}

async function there (workerData: Remote, batchBytes: number): Promise<ThreadCost> {
  const worker = new Worker(writer, { eval: true, workerData, execArgv: [] })
  await new Promise(resolve => worker.once('message', resolve))
  const memory = Array.from({ length: UNDER_WAY }, () => new ArrayBuffer(batchBytes))
  const waiting: (() => void)[] = []
  worker.on('message', (back: ArrayBuffer) => {
    memory.push(back)
    waiting.shift()?.()
  })
  const made = await cost(batchBytes, (batch, free) => {
    const target = memory.pop() ?? new ArrayBuffer(batchBytes)
    batch.copy(Buffer.from(target))
    waiting.push(free)
    worker.postMessage(target, [target])
  })
  await worker.terminate()
  return made
}

const dir = await mkdtemp(join(tmpdir(), 'tls-thread-'))
const { first } = await makeCredentials(dir)
const receiver = spawn(process.execPath, ['-e', sink], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
receiver.send({ key: first.server.key, cert: first.server.certificate })
const port = await new Promise<number>(resolve => receiver.once('message', told => resolve(Number(told))))
const remote = { port, ca: first.root }
process.stdout.write('CPU a message in ns: first thread / process       here                 a thread of its own\n')
for (const batchBytes of [256 * 1024, 32 * 1024, 4 * 1024]) {
  const costs = [await here(remote, batchBytes), await there(remote, batchBytes)]
  process.stdout.write(`batches of ${String(batchBytes / 1024).padStart(3)} KiB${costs.map(costCell).join('')}\n`)
}
receiver.kill()
await rm(dir, { recursive: true, force: true })
