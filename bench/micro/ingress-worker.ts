/** The thread that {@link ./ingress-thread.ts} tries: it has the devices' sockets, finds and checks their messages, and hands them on in batches of one turn. */
import { createServer, type Socket } from 'node:net'
import { parentPort } from 'node:worker_threads'
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import { PublishView } from '../../src/mqtt/publish-view.ts'

const BATCH_BYTES = 256 * 1024
const LARGEST_FRAME = 1024
/** Each of 200 connections may bring one frame more before it is not read. */
const ROOM = 64 * 1024
/** Batches that the first thread has not given back: beyond them nothing is read. */
const UNDER_WAY = 8

const port = parentPort
if (port === null) throw new Error('this is a worker')
const held = new Map<FrameScanner, Socket>()
const spare: ArrayBuffer[] = Array.from({ length: UNDER_WAY }, () => new ArrayBuffer(BATCH_BYTES))
const view = new PublishView()
let batch = Buffer.from(spare.pop() ?? new ArrayBuffer(BATCH_BYTES))
let used = 0
let isScheduled = false

function hand (): void {
  isScheduled = false
  const next = used === 0 ? undefined : spare.pop()
  if (next === undefined) return
  const memory = batch.buffer
  port?.postMessage({ memory, used }, [memory])
  batch = Buffer.from(next)
  used = 0
}

function isFull (): boolean {
  if (used + ROOM > BATCH_BYTES) hand()
  return used + ROOM > BATCH_BYTES
}

port.on('message', (memory: ArrayBuffer) => {
  spare.push(memory)
  if (spare.length > 1) return
  hand()
  const waiting = [...held]
  held.clear()
  for (const [scanner, socket] of waiting) {
    socket.resume()
    scanner.resume()
  }
})

const server = createServer(socket => {
  const scanner: FrameScanner = new FrameScanner({
    frame (bytes, start, body, end) {
      if (view.read(bytes, start, body, end, 4) !== null) throw new Error('not a message')
      used += bytes.copy(batch, used, start, end)
      if (!isScheduled) {
        isScheduled = true
        setImmediate(hand)
      }
      if (!isFull()) return true
      held.set(scanner, socket.pause())
      return false
    },
    malformed (reason) { throw new Error(reason.reason) }
  }, LARGEST_FRAME)
  socket.on('data', chunk => scanner.push(chunk))
  socket.on('error', () => {})
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') port.postMessage(address.port)
})
