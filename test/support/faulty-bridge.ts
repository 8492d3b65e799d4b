/**
 * A bridge that does one thing wrong, for the harness to find: devices on TCP, the remote on TLS, every message acknowledged
 * to its device and passed on as the fault has it.
 */
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import { PacketType } from '../../src/mqtt/packet-type.ts'
import { PublishView } from '../../src/mqtt/publish-view.ts'
import type { TestScope } from './certificates.ts'

/** Passes one frame on; `count` is its place among all, from 1. */
export type Fault = (frame: Buffer, count: number, pass: (frame: Buffer) => void) => void

export const faults = {
  none: (frame, _count, pass) => pass(frame),
  'drops 1 in 1,000': (frame, count, pass) => { if (count % 1000 !== 0) pass(frame) },
  'sends 1 in 1,000 twice': (frame, count, pass) => {
    pass(frame)
    if (count % 1000 === 0) pass(frame)
  },
  'delays 1 in 100 by 50 ms': (frame, count, pass) => {
    if (count % 100 === 0) setTimeout(pass, 50, frame)
    else pass(frame)
  }
} as const satisfies Record<string, Fault>

/** Each thousandth message lets the next one pass. */
export function reordering (): Fault {
  let kept: Buffer | null = null
  return (frame, count, pass) => {
    if (count % 1000 === 0) {
      kept = frame
      return
    }
    pass(frame)
    if (kept !== null) pass(kept)
    kept = null
  }
}

/** From this message on passes nothing on for so long, and then all of it. */
export function stalling (from: number, milliseconds: number): Fault {
  const kept: Buffer[] = []
  let isOver = false
  return (frame, count, pass) => {
    if (isOver || count < from) return pass(frame)
    if (kept.push(frame) > 1) return
    setTimeout(() => {
      isOver = true
      for (const each of kept) pass(each)
    }, milliseconds)
  }
}

/** Passes on what comes in at no more than one message per `milliseconds`. */
export function throttling (milliseconds: number): Fault {
  const waiting: Buffer[] = []
  let timer: NodeJS.Timeout | null = null
  return (frame, _count, pass) => {
    waiting.push(frame)
    timer ??= setInterval(() => {
      const next = waiting.shift()
      if (next !== undefined) pass(next)
    }, milliseconds).unref()
  }
}

const connack = Buffer.of(PacketType.CONNACK << 4, 2, 0, 0)
const connectToRemote = Buffer.from('\u0010\u0012\u0000\u0004MQTT\u0004\u0002\u0000\u0000\u0000\u0006faulty', 'latin1')

export interface FaultyBridge {
  /** Where devices connect, as `--external` wants it. */
  readonly address: string
}

/** @param caFile  need not exist yet; the remote is dialled until it answers */
export async function faultyBridge (t: TestScope, remotePort: number, caFile: string, fault: Fault): Promise<FaultyBridge> {
  let remote: TLSSocket | null = null
  let count = 0
  let ended = false
  const devices = new Set<Socket>()

  const dial = (): void => {
    if (ended) return
    try {
      remote = connect({ host: '127.0.0.1', port: remotePort, ca: readFileSync(caFile) }, () => remote?.write(connectToRemote))
    } catch {
      setTimeout(dial, 20)
      return
    }
    remote.on('error', () => {})
    remote.on('close', () => setTimeout(dial, 20))
    remote.resume()
  }
  const pass = (frame: Buffer): void => { remote?.write(frame) }

  const server = createServer(socket => {
    devices.add(socket)
    socket.on('error', () => {})
    const view = new PublishView()
    const scanner = new FrameScanner({
      frame (bytes, start, body, end) {
        const type = bytes.readUInt8(start) >> 4
        if (type === PacketType.CONNECT) socket.write(connack)
        if (type !== PacketType.PUBLISH) return true
        view.read(bytes, start, body, end, 4)
        if (view.qos === 1) socket.write(Buffer.of(PacketType.PUBACK << 4, 2, view.packetId >> 8, view.packetId & 0xff))
        fault(Buffer.from(bytes.subarray(start, end)), ++count, pass)
        return true
      },
      malformed () { socket.destroy() }
    }, 1_000_000)
    socket.on('data', chunk => scanner.push(chunk))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    ended = true
    server.close()
    remote?.destroy()
    for (const device of devices) device.destroy()
  })
  dial()
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}
