/** One connection of a bridge to the receiver: a remote broker's side of MQTT, as much of it as a bridge can ask for. */
import type { Duplex } from 'node:stream'
import { FrameScanner, type FrameSink } from '../../mqtt/frame-scanner.ts'
import { PacketType } from '../../mqtt/packet-type.ts'
import type { Violation } from '../../mqtt/violation.ts'
import { nowMicros } from '../wire/clock.ts'
import { connackFrame, pingResponse, subackFrame, unsubackFrame } from '../wire/frames.ts'
import type { Tally } from '../wire/tally.ts'
import { Traffic } from '../wire/traffic.ts'
import type { SessionStore } from './session-store.ts'

/** The largest frame a scenario sends is a little over 1 MiB. */
export const MAX_FRAME: number = 16 * 1024 * 1024

export interface BridgeLinkOptions {
  readonly tally: Tally
  readonly sessions: SessionStore
  /** CONNECT was answered. */
  readonly connected: (link: BridgeLink) => void
  readonly subscribed: (link: BridgeLink) => void
  readonly closed: (link: BridgeLink, fault: string | null) => void
}

export class BridgeLink implements FrameSink {
  readonly socket: Duplex
  readonly traffic: Traffic
  clientId = ''
  #level: 4 | 5 = 4
  readonly #options: BridgeLinkOptions
  readonly #scanner: FrameScanner

  constructor (socket: Duplex, options: BridgeLinkOptions) {
    this.socket = socket
    this.#options = options
    this.traffic = new Traffic(socket, options.tally)
    this.#scanner = new FrameScanner(this, MAX_FRAME)
    socket.on('data', (chunk: Buffer) => {
      this.traffic.now = nowMicros()
      this.#scanner.push(chunk)
      this.traffic.flush()
    })
    socket.on('error', () => {})
    socket.on('close', () => options.closed(this, this.traffic.fault))
  }

  frame (bytes: Buffer, start: number, body: number, end: number): boolean {
    if (this.traffic.frame(bytes, start, body, end)) return true
    switch ((bytes[start] as number) >> 4) {
      case PacketType.CONNECT: this.#connect(bytes, body); break
      case PacketType.SUBSCRIBE: this.#subscribe(bytes, body, end); break
      case PacketType.UNSUBSCRIBE: this.#unsubscribe(bytes, body, end); break
      case PacketType.PINGREQ: this.socket.write(pingResponse); break
      case PacketType.DISCONNECT: this.socket.end(); break
      default: this.traffic.fault = 'a packet that a client does not send'
    }
    return true
  }

  malformed (reason: Violation): void {
    this.traffic.fault = reason.reason
    this.socket.destroy()
  }

  #connect (bytes: Buffer, body: number): void {
    const afterName = body + 2 + bytes.readUInt16BE(body)
    // some bridges set bit 7 of the level to say what they are
    this.#level = (bytes.readUInt8(afterName) & 0x7f) === 5 ? 5 : 4
    this.traffic.level = this.#level
    const clean = (bytes.readUInt8(afterName + 1) & 0x02) !== 0
    let at = afterName + 4
    if (this.#level === 5) at = skipProperties(bytes, at)
    this.clientId = bytes.toString('utf8', at + 2, at + 2 + bytes.readUInt16BE(at))
    const { held, present } = this.#options.sessions.open(this.clientId, clean)
    this.traffic.holdIdsIn(held)
    this.socket.write(connackFrame(this.#level, present))
    this.#options.connected(this)
  }

  #subscribe (bytes: Buffer, body: number, end: number): void {
    let at = this.#level === 5 ? skipProperties(bytes, body + 2) : body + 2
    const granted: number[] = []
    while (at < end) {
      at += 2 + bytes.readUInt16BE(at)
      granted.push(bytes.readUInt8(at) & 3)
      at++
    }
    this.socket.write(subackFrame(bytes.readUInt16BE(body), granted, this.#level))
    this.#options.subscribed(this)
  }

  #unsubscribe (bytes: Buffer, body: number, end: number): void {
    let at = this.#level === 5 ? skipProperties(bytes, body + 2) : body + 2
    let count = 0
    for (; at < end; count++) at += 2 + bytes.readUInt16BE(at)
    this.socket.write(unsubackFrame(bytes.readUInt16BE(body), count, this.#level))
  }
}

function skipProperties (bytes: Buffer, at: number): number {
  let length = 0
  let shift = 0
  for (;;) {
    const byte = bytes.readUInt8(at++)
    length |= (byte & 0x7f) << shift
    shift += 7
    if (byte < 0x80) return at + length
  }
}
