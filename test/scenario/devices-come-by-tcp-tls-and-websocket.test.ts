import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, connect as dialTcp } from 'node:net'
import { promisify } from 'node:util'
import { type ConnectionOptions, connect as dialTls } from 'node:tls'
import { test } from 'tap'
import mqtt from 'mqtt'
import { WebSocket, createWebSocketStream } from 'ws'
import type { Credentials } from '../../src/broker/auth/rights.ts'
import { ListenerError } from '../../src/broker/errors.ts'
import type { ListenerConfig, ListenerTlsConfig } from '../../src/config/model.ts'
import { brokerFor, everything, gatekeeperOf, tcpListener } from '../support/broker.ts'
import { type TestPki, testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { connect, pingreq, publish } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

const run = promisify(execFile)
const mosquittoPub = '/usr/bin/mosquitto_pub'
const withMosquitto = existsSync(mosquittoPub) ? {} : { skip: 'mosquitto_pub is not installed' }

function tlsOf (pki: TestPki, overrides: Partial<ListenerTlsConfig> = {}): ListenerTlsConfig {
  return { certfile: pki.server.certFile, keyfile: pki.server.keyFile, keyPassword: null, cacertfile: null, verifyPeer: false, failIfNoPeerCert: false, handshakeTimeoutMs: 3000, onRotate: 'keep', ...overrides }
}

function allFour (pki: TestPki): ListenerConfig[] {
  return [
    tcpListener(),
    tcpListener({ name: 'ssl', transport: 'tls', tls: tlsOf(pki) }),
    tcpListener({ name: 'ws', transport: 'ws', path: '/mqtt' }),
    tcpListener({ name: 'wss', transport: 'wss', path: '/mqtt', tls: tlsOf(pki) }),
    tcpListener({ name: 'tcp6', host: '::1' })
  ]
}

test('mqtt.js publishes and receives through each of them at once', async t => {
  const pki = await testPki(t)
  const { broker } = await brokerFor(t, { listeners: allFour(pki) })
  const urls = broker.addresses.map(({ transport, host, port, path }) => {
    const scheme = { tcp: 'mqtt', tls: 'mqtts', ws: 'ws', wss: 'wss' }[transport]
    return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`
  })
  t.equal(urls.length, 5)
  const clients = await Promise.all(urls.map(url => mqtt.connectAsync(url, { ca: pki.root.certPem, clientId: url, protocolVersion: 4, reconnectPeriod: 0 })))
  t.teardown(() => Promise.all(clients.map(client => client.endAsync(true))))
  const got = new Map<string, Set<string>>()
  for (const client of clients) {
    client.on('message', (_topic, payload) => got.get(client.options.clientId ?? '')?.add(payload.toString()))
    got.set(client.options.clientId ?? '', new Set())
    await client.subscribeAsync('all', { qos: 1 })
  }
  await Promise.all(clients.map(client => client.publishAsync('all', client.options.clientId ?? '', { qos: 2 })))
  await eventually('everybody has everything', () => [...got.values()].every(set => set.size === clients.length))
  const big = Buffer.alloc(300_000, 0x7a)
  await clients[3]?.subscribeAsync('big')
  const [, payload] = await Promise.all([clients[3]?.publishAsync('big', big, { qos: 1 }), once(clients[3] as object as NodeJS.EventEmitter, 'message')])
  t.ok((payload[1] as Buffer).equals(big), 'a large payload crosses wss unchanged')
})

test('mosquitto_pub through TLS and IPv6', withMosquitto, async t => {
  const pki = await testPki(t)
  const { broker } = await brokerFor(t, { listeners: allFour(pki) })
  const witness = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.addresses[0]?.port ?? 0}`, { protocolVersion: 4 })
  t.teardown(() => witness.endAsync(true))
  const got: string[] = []
  witness.on('message', (_topic, payload) => got.push(payload.toString()))
  await witness.subscribeAsync('m', { qos: 2 })
  await run(mosquittoPub, ['-h', 'localhost', '-p', String(broker.addresses[1]?.port), '--cafile', pki.caFile, '-t', 'm', '-m', 'tls', '-q', '2'])
  await run(mosquittoPub, ['-h', '::1', '-p', String(broker.addresses[4]?.port), '-t', 'm', '-m', 'six', '-q', '1'])
  await eventually('both', () => got.length === 2)
  t.same(got, ['tls', 'six'])
})

test('a client certificate: asked for, verified, and told to the gatekeeper', async t => {
  const pki = await testPki(t)
  const stranger = await testPki(t)
  const seen: Credentials[] = []
  const gatekeeper = { ...gatekeeperOf(everything), authenticate: async (given: Credentials) => { seen.push(given); return { allow: true as const, rights: everything } } }
  const mutual = { cacertfile: pki.caFile, verifyPeer: true }
  const { broker, counters } = await brokerFor(t, {
    gatekeeper,
    listeners: [
      tcpListener({ name: 'required', transport: 'tls', tls: tlsOf(pki, { ...mutual, failIfNoPeerCert: true }) }),
      tcpListener({ name: 'optional', transport: 'tls', tls: tlsOf(pki, mutual) })
    ]
  })
  const [required = 0, optional = 0] = broker.addresses.map(one => one.port)
  const connectWith = async (port: number, material: { certPem: string, keyPem: string } | null): Promise<number | undefined> => {
    const socket = dialTls({ host: '127.0.0.1', port, ca: pki.root.certPem, servername: 'localhost', ...(material === null ? {} : { cert: material.certPem, key: material.keyPem }) })
    const client = new RawClient(socket)
    client.send(connect({ clientId: `c${seen.length}` }))
    return client.next(2).then(connack => connack.body[1], () => undefined)
  }
  t.equal(await connectWith(required, pki.client), 0)
  t.match(seen[0], { certificate: { commonName: 'device' }, address: '127.0.0.1', port: required, level: 4 })
  t.equal(await connectWith(required, null), undefined)
  t.equal(await connectWith(required, stranger.client), undefined)
  t.equal(await connectWith(optional, null), 0)
  t.equal(seen[1]?.certificate, null)
  t.equal(await connectWith(optional, stranger.client), undefined, 'a wrong one is worse than none')
  t.equal(await connectWith(optional, pki.client), 0)
  // each of another reason
  const speakTls = async (port: number, options: ConnectionOptions): Promise<void> => {
    const socket = dialTls({ host: '127.0.0.1', port, ca: pki.root.certPem, servername: 'localhost', ...options })
    socket.on('error', () => {})
    await new Promise(resolve => socket.once('close', resolve))
  }
  const plain = dialTcp(optional, '127.0.0.1')
  plain.end('GET / HTTP/1.1\r\n\r\n')
  plain.resume()
  await once(plain, 'close')
  // Node's client judges a certificate after the handshake only, and hangs up without a word
  await run('openssl', ['s_client', '-connect', `127.0.0.1:${optional}`, '-CAfile', stranger.caFile, '-verify_return_error']).catch(() => {})
  await speakTls(optional, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })
  await eventually('all are counted', () => counters.handshakeFailures === 6)
  t.match(counters.ofListener('required').handshakeFailures, { no_certificate: 1, certificate: 1, other: 0 })
  t.match(counters.ofListener('optional').handshakeFailures, { certificate: 1, not_tls: 1, refused_by_device: 1, no_common_version: 1, other: 0 })
  t.equal(seen.length, 3)
})

test('a handshake has a deadline, and only so many run at once', async t => {
  const pki = await testPki(t)
  const { broker, counters } = await brokerFor(t, {
    limits: { maxConcurrentHandshakes: 1 },
    listeners: [tcpListener({ name: 'ssl', transport: 'tls', tls: tlsOf(pki, { handshakeTimeoutMs: 2000 }) })]
  })
  const port = broker.addresses[0]?.port ?? 0
  const mute = dialTcp(port, '127.0.0.1')
  mute.on('error', () => {})
  await once(mute, 'connect')
  await eventually('it is accepted', () => counters.connections === 1)
  const client = new RawClient(dialTls({ host: '127.0.0.1', port, ca: pki.root.certPem, servername: 'localhost' }))
  client.send(connect())
  const waits = performance.now()
  await client.next(2)
  t.ok(performance.now() - waits > 1000, 'it waited for the mute one')
  t.equal(counters.handshakeTimeouts, 1)
  t.equal(counters.ofListener('ssl').handshakeFailures.timeout, 1)
})

test('WebSocket: the right path, the sub-protocol, binary frames, a bounded frame', async t => {
  const { broker, counters } = await brokerFor(t, { mqtt: { maxPacketSize: 100_000 }, listeners: [tcpListener({ name: 'ws', transport: 'ws', path: '/mqtt' })] })
  const base = `ws://127.0.0.1:${broker.addresses[0]?.port ?? 0}`
  const refusal = async (path: string, protocol?: string): Promise<string> => {
    const socket = protocol === undefined ? new WebSocket(base + path) : new WebSocket(base + path, protocol)
    const [error] = await once(socket, 'error') as [Error]
    return error.message
  }
  t.match(await refusal('/other', 'mqtt'), '404')
  t.match(await refusal('/mqtt'), '400')
  t.match(await refusal('/mqtt', 'chat'), '400')
  t.equal((await fetch(base.replace('ws:', 'http:') + '/mqtt')).status, 426)
  t.equal((await fetch(base.replace('ws:', 'http:') + '/')).status, 404)
  t.equal(counters.ofListener('ws').handshakeFailures.upgrade, 5)

  const open = async (): Promise<WebSocket> => {
    const socket = new WebSocket(`${base}/mqtt`, 'mqtt')
    await once(socket, 'open')
    return socket
  }
  const texting = await open()
  t.equal(texting.protocol, 'mqtt')
  texting.send('CONNECT please')
  const [code] = await once(texting, 'close') as [number]
  t.ok(code === 1003 || code === 1006, `closed with ${code}`)
  const boasting = await open()
  boasting.send(Buffer.alloc(200_000))
  t.equal((await once(boasting, 'close') as [number])[0], 1009)

  const client = new RawClient(createWebSocketStream(await open()))
  for (const byte of connect()) client.stream.write(Buffer.of(byte))
  await client.next(2)
  client.send(publish('a', 'x', { qos: 1, id: 1 }), pingreq())
  await client.next(13)
  t.same(client.ids(4), [1], 'packets and frames need not coincide [MQTT-6.0.0-2]')
})

test('a port that is taken is said with the remedy, and nothing is left running', async t => {
  const squatter = createServer().listen(0, '127.0.0.1')
  await once(squatter, 'listening')
  t.teardown(() => squatter.close())
  const { port } = squatter.address() as { port: number }
  const attempt = brokerFor(t, { listeners: [tcpListener(), tcpListener({ name: 'second', port })] })
  const error: unknown = await attempt.then(() => null, (thrown: unknown) => thrown)
  t.ok(error instanceof ListenerError)
  t.match(error, { code: 'CW_LISTENER_PORT_TAKEN', message: /second.*127\.0\.0\.1:\d+/, hint: /ss -ltnp/ })
})

test('an address that is not of this machine', async t => {
  await t.rejects(brokerFor(t, { listeners: [tcpListener({ host: '192.0.2.1' })] }), { code: 'CW_LISTENER_ADDRESS_MISSING' })
})
