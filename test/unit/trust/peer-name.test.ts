import { test } from 'tap'
import { connect, createServer } from 'node:tls'
import type { PeerCertificate } from 'node:tls'
import { once } from 'node:events'
import { identityError, peerNameOf } from '../../../src/trust/peer-name.ts'
import { testPki } from '../../support/certificates.ts'
import type { LeafOptions } from '../../support/certificates.ts'
import { listening } from '../../support/tls-remote.ts'
import type { Test } from 'tap'

test('what is sent and what is checked', async t => {
  t.strictSame(peerNameOf('broker.example'), { checked: 'broker.example', sent: 'broker.example' })
  t.strictSame(peerNameOf('broker.example.'), { checked: 'broker.example', sent: 'broker.example' })
  t.strictSame(peerNameOf('my_host-1'), { checked: 'my_host-1', sent: 'my_host-1' })
  t.strictSame(peerNameOf('192.0.2.1'), { checked: '192.0.2.1', sent: null })
  t.strictSame(peerNameOf('2001:db8::1'), { checked: '2001:db8::1', sent: null })
  t.strictSame(peerNameOf('fe80::1%eth0'), { checked: 'fe80::1', sent: null })
  t.strictSame(peerNameOf('xn--bcher-kva.example'), { checked: 'xn--bcher-kva.example', sent: 'xn--bcher-kva.example' })
  for (const bad of ['', '.', 'a..b', 'b\u00fccher.example', 'a\u3002b', 'a b', 'a\u0000b', '*.example', '[::1]', 'a/b', '-a', 'a'.repeat(255)]) t.equal(peerNameOf(bad), null, JSON.stringify(bad))
})

async function peerCertificate (t: Test, server: LeafOptions): Promise<PeerCertificate> {
  const pki = await testPki(t, { server })
  const port = await listening(t, createServer({ cert: pki.server.certPem, key: pki.server.keyPem }))
  const socket = connect({ host: '127.0.0.1', port, ca: [pki.root.certPem], checkServerIdentity: () => undefined })
  await once(socket, 'secureConnect')
  const certificate = socket.getPeerCertificate(true)
  socket.destroy()
  return certificate
}

function isFor (certificate: PeerCertificate, host: string): boolean {
  const name = peerNameOf(host)
  return name !== null && identityError(name, certificate) === undefined
}

test('names and addresses are held to what the certificate says', async t => {
  const certificate = await peerCertificate(t, { commonName: '192.0.2.9', names: ['*.example.com', 'Exact.example'], ipAddresses: ['192.0.2.1', '2001:db8::1'] })
  const yes = ['a.example.com', 'A.EXAMPLE.com', 'exact.example', '192.0.2.1', '2001:db8::1', '2001:DB8:0:0::1', '2001:db8::1%eth0']
  const no = ['example.com', 'a.b.example.com', 'exact.example.org', '192.0.2.9', '192.0.2.2', '2001:db8::2', '::1', 'a\u3002b.example.com']
  for (const host of yes) t.ok(isFor(certificate, host), host)
  for (const host of no) t.notOk(isFor(certificate, host), host)
})

test('a certificate without alternative names is held to its common name, but never for an address', async t => {
  const certificate = await peerCertificate(t, { commonName: '127.0.0.1', names: [], ipAddresses: [] })
  t.notOk(isFor(certificate, '127.0.0.1'))
  t.ok(isFor(await peerCertificate(t, { commonName: 'old.example', names: [], ipAddresses: [] }), 'old.example'))
})

test('whatever the certificate, nothing is thrown', async t => {
  const broken = [{}, { raw: Buffer.from('no') }, { raw: null, subjectaltname: 7 }, { subject: null }]
  for (const certificate of broken) {
    for (const host of ['a.example', '127.0.0.1']) {
      const name = peerNameOf(host)
      t.ok(name !== null && identityError(name, certificate as unknown as PeerCertificate) instanceof Error)
    }
  }
})
