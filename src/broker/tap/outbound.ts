/**
 * The way out to one device: whole frames, whatever chunks a library writes them in [invariant 5], nothing before CONNACK,
 * and never a wait for the writer. What a device does not read is bounded: QoS 0 is dropped, QoS 1 and 2 beyond the
 * window are held, and past a hard limit its connection ends; nobody else notices.
 */
import type { Duplex } from 'node:stream'
import type { BrokerCounters } from '../../metrics/broker-counters.ts'
import type { ListenerCounters } from '../../metrics/listener-counters.ts'
import { bodyOf } from '../../mqtt/frame-layout.ts'
import { FrameScanner, type FrameSink } from '../../mqtt/frame-scanner.ts'
import { PacketType } from '../../mqtt/packet-type.ts'
import { NO_PROPERTIES } from '../../mqtt/v5/answers.ts'
import type { Notice } from '../../mqtt/v5/property-writer.ts'
import type { SessionStore } from '../session-store.ts'
import { AcknowledgementBatch } from './acknowledgement-batch.ts'
import { Backlog } from './backlog.ts'
import { BATCH_BYTES, DeliveryBatch } from './delivery-batch.ts'
import type { DeliveryIds } from './delivery-ids.ts'
import { DeliveryWindow } from './delivery-window.ts'
import type { OutboundEvents, OutboundLimits } from './outbound-host.ts'
import { SafeFrames } from './safe-frames.ts'
import type { DeliveryWriter } from '../v5/delivery-writer.ts'
import { WrittenRun } from './written-run.ts'

const LARGEST_PACKET = 268_435_460
const PUBLISH_QOS = 0x06

export class Outbound implements FrameSink {
  readonly #socket: Duplex
  readonly #backlog: Backlog
  readonly #traffic: ListenerCounters
  readonly #events: OutboundEvents
  readonly #scanner = new FrameScanner(this, LARGEST_PACKET)
  readonly #batch = new AcknowledgementBatch()
  readonly #deliveries = new DeliveryBatch()
  readonly #window: DeliveryWindow
  #connackPassed = false
  readonly #run = new WrittenRun()
  #closed = false
  /** MQTT 5: changes frames as they leave. */
  #writer: DeliveryWriter | null = null
  /** Before MQTT 5: the packet that goes out as CONNACK, by return code; null: as it was written. */
  #connack: ((returnCode: number) => Buffer) | null = null
  /** What a stored session gets waits here for the disk; null: there is none to wait for. */
  #safe: SafeFrames | null = null

  constructor (socket: Duplex, limits: OutboundLimits, counts: { readonly counters: BrokerCounters, readonly traffic: ListenerCounters }, events: OutboundEvents) {
    this.#socket = socket
    this.#window = new DeliveryWindow(limits.maxInflight)
    this.#backlog = new Backlog(limits, counts.counters)
    this.#traffic = counts.traffic
    this.#events = events
  }

  get ids (): DeliveryIds { return this.#window.ids }

  /** The device speaks an earlier one; its CONNACK is made here, as the keeper of sessions knows of a part of its session only. */
  speak3 (connack: (returnCode: number) => Buffer): void { this.#connack = connack }

  /** The device speaks MQTT 5. @param receiveMaximum deliveries of QoS 1 and 2 it takes at once [MQTT-3.3.4-9] */
  speak5 (writer: DeliveryWriter, receiveMaximum: number): void {
    this.#writer = writer
    this.#window.max = Math.min(this.#window.max, receiveMaximum)
  }

  /** The session outlasts the connection, and is on disk. */
  waitFor (store: Pick<SessionStore, 'settled'>): void {
    const scanner = new FrameScanner({ frame: (bytes, start, body, end) => this.#go(bytes, start, body, end), malformed: () => this.malformed() }, LARGEST_PACKET)
    this.#safe = new SafeFrames(store, frames => {
      scanner.push(frames)
      this.#writeRun()
    })
  }

  /** Why something was refused, as an acknowledgement of MQTT 5 may say it: a property block. @param besides bytes of the packet without it */
  notice (reason: string, besides: number): Buffer {
    return this.#writer?.notice(reason, besides) ?? NO_PROPERTIES
  }

  /** Does the device take packets of this size? */
  takes (size: number): boolean { return this.#writer?.takes(size) ?? true }

  /** Tells a device of MQTT 5 why its connection ends; not before CONNACK [MQTT-3.14.0-1]. @param reasonCode 0: nothing is said */
  part (reasonCode: number, notice: Notice): void {
    if (this.#writer !== null && this.#connackPassed && reasonCode !== 0) this.send(this.#writer.disconnect(reasonCode, notice))
  }

  /** Takes what the session writes; frames may be split anywhere. */
  write (bytes: Buffer): void {
    if (this.#closed) return
    // what waited before counts: one message, however large, is not too much for a device that reads
    if (this.#backlog.isOver(this.#waiting) || this.#window.tooMany) return this.#events.overrun()
    this.#writeDeliveries() // they came before
    this.#scanner.push(bytes)
    this.#safe?.ask()
    this.#writeRun()
  }

  /** Writes a packet of the connection's own, behind the acknowledgements that are owed. */
  send (packet: Buffer): void {
    if (this.#closed) return
    this.flush()
    this.#write(packet)
  }

  /** Adds an acknowledgement to those of this turn. HOT. */
  acknowledge (first: number, packetId: number): void {
    if (this.#closed) return
    if (this.#batch.empty) this.#events.owing()
    this.#batch.add(first, packetId)
  }

  /** May there be a {@link deliver}? Where there is no room, the message is counted as dropped. HOT. */
  mayDeliver (): boolean {
    if (this.#closed || this.#backlog.refuses()) return false
    const waiting = this.#waiting
    if (this.#backlog.hasRoom(waiting)) return true
    this.#backlog.fill()
    this.#events.owing()
    if (this.#backlog.isOver(waiting)) this.#events.overrun()
    return false
  }

  /** Takes a whole PUBLISH of QoS 0, when {@link mayDeliver} says so, to go out with the others of this turn; its bytes must not change until then. HOT. */
  deliver (bytes: Buffer, start: number, body: number, end: number): void {
    if (!this.#connackPassed) {
      this.#window.hold(bytes, start, end)
      return
    }
    this.#traffic.sentQos0++
    if (this.#deliveries.empty) this.#events.owing()
    const other = this.#writer?.rewritten(bytes, start, body, end) ?? null
    if (other === null) this.#deliveries.add(bytes, start, end)
    else this.#deliveries.add(other, 0, other.length)
    if (this.#deliveries.length >= BATCH_BYTES) this.#writeDeliveries()
  }

  flush (): void {
    this.#backlog.turned()
    if (this.#closed) return
    if (!this.#batch.empty) this.#write(this.#batch.take())
    this.#writeDeliveries()
  }

  /** A delivery was acknowledged: the window has room. */
  acknowledged (): void {
    if (!this.#connackPassed) return
    for (let frame = this.#window.next(); frame !== null; frame = this.#window.next()) this.#writeHeld(frame)
  }

  /** Nothing more goes out; what is in the socket still does. */
  close (): void {
    this.flush()
    this.#closed = true
    this.#scanner.end()
    this.#deliveries.clear()
    this.#window.takeAll()
    this.#safe?.close()
  }

  frame (bytes: Buffer, start: number, body: number, end: number): boolean {
    return this.#safe?.takes(bytes, start, end) === true || this.#go(bytes, start, body, end)
  }

  #go (bytes: Buffer, start: number, body: number, end: number): true {
    if (!this.#passes(bytes, start, body, end)) return true
    const other = this.#writer === null ? this.#ownConnack(bytes, start, body) : this.#writer.rewritten(bytes, start, body, end)
    if (other !== null) return this.#instead(other)
    const before = this.#run.add(bytes, start, end)
    if (before !== null) this.#write(before)
    if ((bytes[start] as number) >> 4 === PacketType.CONNACK) this.#openDoor()
    return true
  }

  malformed (): void { this.#events.overrun() }

  #ownConnack (bytes: Buffer, start: number, body: number): Buffer | null {
    return this.#connackPassed || (bytes[start] as number) >> 4 !== PacketType.CONNACK ? null : this.#connack?.(bytes[body + 1] as number) ?? null
  }

  #write (bytes: Buffer): void {
    this.#traffic.sentBytes += bytes.length
    this.#socket.write(bytes)
  }

  #writeDeliveries (): void {
    if (!this.#deliveries.empty) this.#write(this.#deliveries.take())
  }

  #instead (frame: Buffer): true {
    this.#writeRun()
    this.#write(frame)
    if ((frame[0] as number) >> 4 === PacketType.CONNACK) this.#openDoor()
    return true
  }

  #passes (bytes: Buffer, start: number, body: number, end: number): boolean {
    const first = bytes[start] as number
    const type = first >> 4
    if (!this.#connackPassed && type !== PacketType.CONNACK) return this.#window.hold(bytes, start, end)
    if (type === PacketType.PUBLISH) {
      const qos = (first & PUBLISH_QOS) >> 1
      return (qos === 0 ? this.#backlog.hasRoom(this.#waiting) : this.#window.admits(bytes, start, body, end)) && this.#count(qos)
    }
    if (type === PacketType.PUBREL) this.ids.released(bytes.readUInt16BE(body))
    return true
  }

  /** A PUBLISH that goes out. */
  #count (qos: number): true {
    const traffic = this.#traffic
    if (qos === 0) traffic.sentQos0++
    else if (qos === 1) traffic.sentQos1++
    else traffic.sentQos2++
    return true
  }

  /** Bytes that the device has not taken yet. */
  get #waiting (): number {
    return this.#socket.writableLength + this.#window.bytes + this.#deliveries.length + (this.#safe?.bytes ?? 0) + this.#run.length
  }

  #openDoor (): void {
    this.#writeRun()
    this.#connackPassed = true
    for (const frame of this.#window.takeAll()) this.#go(frame, 0, bodyOf(frame), frame.length)
  }

  #writeHeld (frame: Buffer): void {
    const body = bodyOf(frame)
    if ((frame[0] as number) >> 4 === PacketType.PUBLISH) {
      this.#window.note(frame, 0, body)
      if (this.#writer?.hasExpired(frame, body) === true) return this.#expire(frame, body)
      this.#count(((frame[0] as number) & PUBLISH_QOS) >> 1)
    }
    this.#write(this.#writer?.rewritten(frame, 0, body, frame.length) ?? frame)
  }

  #expire (frame: Buffer, body: number): void {
    const packetId = frame.readUInt16BE(body + 2 + frame.readUInt16BE(body))
    this.ids.forget(packetId)
    this.#events.expired(packetId, ((frame[0] as number) & PUBLISH_QOS) >> 1)
  }

  #writeRun (): void {
    const run = this.#run.take()
    if (run !== null) this.#write(run)
  }
}
