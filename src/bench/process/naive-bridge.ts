/**
 * The baseline: the bridge one writes in an afternoon from Aedes and mqtt.js, honestly: QoS and retain kept, TLS verified, the
 * publisher's acknowledgement left to Aedes. It takes one argument, a file of JSON.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { Aedes, type AedesPublishPacket } from 'aedes'
import { connect } from 'mqtt'

interface Setup {
  readonly port: number
  readonly remotePort: number
  readonly caFile: string
  readonly remoteLevel: 4 | 5
  readonly forwards: readonly { readonly filter: string, readonly prefix: string }[]
  readonly subscriptions: readonly { readonly filter: string, readonly qos: 0 | 1 | 2 }[]
}

const setup = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Setup
const broker = await Aedes.createBroker()
const remote = connect({
  protocol: 'mqtts',
  host: '127.0.0.1',
  port: setup.remotePort,
  ca: readFileSync(setup.caFile),
  clientId: 'naive',
  protocolVersion: setup.remoteLevel,
  clean: false,
  reconnectPeriod: 200
})
remote.on('error', error => process.stderr.write(`naive: ${error.message}\n`))

for (const { filter, prefix } of setup.forwards) {
  const forward = (packet: AedesPublishPacket, done: () => void): void => {
    remote.publish(prefix + packet.topic, packet.payload, { qos: packet.qos, retain: packet.retain })
    done()
  }
  broker.subscribe(filter, forward, () => {})
}
for (const { filter, qos } of setup.subscriptions) remote.subscribe(filter, { qos })
remote.on('message', (topic, payload, packet) => {
  broker.publish({ cmd: 'publish', topic, payload, qos: packet.qos, retain: packet.retain, dup: false }, () => {})
})

const server = createServer(socket => {
  socket.setNoDelay(true)
  broker.handle(socket)
})
server.listen(setup.port, '127.0.0.1', () => process.stdout.write('ready\n'))
