/** The socket of a device with a stored session, on loopback: says CONNECT when it is there, and gives whole frames. */
import { type Socket, connect as dial } from 'node:net'
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import { connect } from './packets.ts'

export function frameSocket (port: number, clientId: string, take: (bytes: Buffer, start: number, body: number, end: number) => void): Socket {
  const socket = dial({ port, host: '127.0.0.1', noDelay: true })
  const scanner = new FrameScanner({
    frame: (bytes, start, body, end) => {
      take(bytes, start, body, end)
      return true
    },
    malformed: () => { socket.destroy() }
  }, 1_000_000)
  socket.on('connect', () => socket.write(connect({ clientId, clean: false })))
  socket.on('data', chunk => scanner.push(chunk))
  socket.on('error', () => {})
  return socket
}
