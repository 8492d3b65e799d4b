/** Who is at the other end of an accepted connection, as far as the transport can say. */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { ListenerCounters } from '../../metrics/listener-counters.ts'
import { peerLeaf } from '../../trust/peer-chain.ts'

export interface PeerInfo {
  /** The peer's IP address; an IPv4 address mapped into IPv6 is written as IPv4. */
  readonly address: string
  /** The port it came in by: ours. */
  readonly port: number
  /** The listener's name. */
  readonly listener: string
  /** What that listener counts. */
  readonly traffic: ListenerCounters
  /** Of a verified client certificate; null without one. */
  readonly certificate: { readonly commonName: string, readonly subject: string } | null
  /** The TLS it came in by; null: none. */
  readonly tls: TLSSocket | null
}

const MAPPED = '::ffff:'

export function peerAddress (socket: Socket): string {
  const address = socket.remoteAddress ?? ''
  return address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address
}

/** What tells two living connections to one listener apart, the same before and after TLS. */
export function peerKey (socket: Socket): string {
  return `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0}`
}

export function peerInfo (listener: string, traffic: ListenerCounters, socket: Socket): PeerInfo {
  return {
    address: peerAddress(socket),
    port: socket.localPort ?? 0,
    listener,
    traffic,
    certificate: socket instanceof TLSSocket ? certificateOf(socket) : null,
    tls: socket instanceof TLSSocket ? socket : null
  }
}

function certificateOf (socket: TLSSocket): PeerInfo['certificate'] {
  if (!socket.authorized) return null
  const leaf = peerLeaf(socket)
  if (leaf === null) return null
  // one line a relative name in Node's form; the most specific common name is the last
  const names = leaf.subject.split('\n').filter(line => line.startsWith('CN='))
  return { commonName: names.at(-1)?.slice(3) ?? '', subject: leaf.subject.replaceAll('\n', ',') }
}
