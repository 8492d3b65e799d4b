/** Codes that no server here can be made to produce on every Node, and the words for what is known of the peer. */
import { noDemands } from '../../../src/trust/peer/demands.ts'
import { test } from 'tap'
import { diagnose } from '../../../src/trust/diagnosis.ts'
import type { HandshakeFacts } from '../../../src/trust/diagnosis.ts'
import { HandshakeError } from '../../../src/trust/errors.ts'
import { testPki } from '../../support/certificates.ts'

const nothingKnown: HandshakeFacts = { host: 'broker.example', port: 8883, name: 'broker.example', cacertfile: 'ca.pem', anchors: [], demands: noDemands, clientCertificate: null, peer: [], stage: 'handshake', now: new Date() }

function coded (code: string, message = code): Error {
  return Object.assign(new Error(message), { code })
}

const table: readonly [openssl: string, code: string, words: RegExp][] = [
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CW_TLS_UNKNOWN_CA', /not issued by a CA in ca\.pem/],
  ['UNABLE_TO_GET_ISSUER_CERT', 'CW_TLS_UNKNOWN_CA', /is not trusted/],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CW_TLS_UNKNOWN_CA', /is not trusted/],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'CW_TLS_UNKNOWN_CA', /is not trusted/],
  ['CERT_SIGNATURE_FAILURE', 'CW_TLS_UNKNOWN_CA', /is not trusted/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'CW_TLS_SELF_SIGNED', /signed by itself/],
  ['CERT_HAS_EXPIRED', 'CW_TLS_EXPIRED', /expired on an unknown date/],
  ['CERT_NOT_YET_VALID', 'CW_TLS_NOT_YET_VALID', /not valid before an unknown date/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'CW_TLS_NAME_MISMATCH', /is not broker\.example/],
  ['INVALID_CA', 'CW_TLS_BAD_CHAIN', /sound chain/],
  ['PATH_LENGTH_EXCEEDED', 'CW_TLS_BAD_CHAIN', /sound chain/],
  ['INVALID_PURPOSE', 'CW_TLS_BAD_CHAIN', /not made for servers/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'CW_TLS_NOT_TLS', /does not speak TLS/],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'CW_TLS_NOT_TLS', /does not speak TLS/],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'CW_TLS_VERSION', /from 1\.2 up/],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'CW_TLS_VERSION', /from 1\.2 up/],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'CW_TLS_CLIENT_CERT', /requires a client certificate/],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'CW_TLS_CLIENT_CERT', /client certificate/],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'CW_TLS_CLIENT_CERT', /client certificate/],
  ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'CW_TLS_CLIENT_CERT', /client certificate/],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'CW_TLS_REFUSED', /no cipher in common/],
  ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'CW_TLS_REFUSED', /no cipher in common/],
  ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', 'CW_TLS_NAME_MISMATCH', /does not know the name/],
  ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'CW_TLS_ALPN', /knows none of the protocols in alpn/],
  ['ECONNRESET', 'CW_TLS_REFUSED', /closed the connection during the handshake/],
  ['EHOSTUNREACH', 'CW_TLS_UNREACHABLE', /no way through/],
  ['SOMETHING_NEW', 'CW_TLS_FAILED', /SOMETHING_NEW/]
]

test('every code of OpenSSL has its words, place and hint', async t => {
  for (const [openssl, code, words] of table) {
    const cause = coded(openssl)
    t.match(diagnose(cause, nothingKnown), { code, message: words, hint: /\S{3}/, cause }, openssl)
    t.match(diagnose(cause, nothingKnown).message, /^broker\.example:8883 /)
  }
})

test('while connecting the same code means the network', async t => {
  const facts = { ...nothingKnown, stage: 'connecting' } as const
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EADDRNOTAVAIL']) t.equal(diagnose(coded(code), facts).code, 'CW_TLS_UNREACHABLE', code)
  t.match(diagnose(coded('ECONNREFUSED'), { ...facts, host: '::1' }).message, /^\[::1\]:8883 /)
})

test('which certificate has expired is found: the server\'s, one above it, one of our own', async t => {
  const pki = await testPki(t)
  const [leaf, intermediate, root] = [pki.server.certificate, pki.intermediate.certificate, pki.root.certificate]
  const old = (await pki.issueServer({ validity: 'expired' })).certificate
  const words = (peer: HandshakeFacts['peer'], anchors: HandshakeFacts['anchors'] = [], days = 0): string =>
    diagnose(coded('CERT_HAS_EXPIRED'), { ...nothingKnown, peer, anchors, now: new Date(Date.now() + days * 86_400_000) }).message
  t.match(words([old, intermediate]), /its certificate CN=localhost .* expired on/)
  t.match(words([intermediate, root], [root], 50), /its certificate CN=Test Intermediate/)
  t.match(words([leaf, old], []), /the CA certificate CN=localhost that it sends expired/)
  t.match(words([leaf, old], [old]), /the CA certificate CN=localhost in ca\.pem expired/)
})

test('a failure of the handshake after the server has shown its certificate is about ours', async t => {
  const pki = await testPki(t)
  const alert = coded('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', '00:error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:../ssl/rec.c:1586:SSL alert number 40\n')
  const facts = { ...nothingKnown, peer: [pki.server.certificate] }
  t.match(diagnose(alert, facts), { code: 'CW_TLS_CLIENT_CERT', message: /none is configured \(handshake failure\)$/ })
  const refusal = diagnose(coded('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'tlsv1 alert unknown ca'), { ...facts, clientCertificate: pki.client.certificate })
  t.match(refusal, { code: 'CW_TLS_CLIENT_CERT', message: /refuses our client certificate CN=device, issued by CN=Test Intermediate, O=Causeway tests \(unknown ca\)/ })
})

test('what is thrown is printed safely and at most once put into words', async t => {
  const odd = diagnose('\u001b[31m' + 'x'.repeat(1000), nothingKnown)
  t.match(odd.message, /\\u001b\[31mxxx/)
  t.ok(odd.message.length < 400)
  t.ok(odd instanceof HandshakeError)
  t.equal(diagnose(odd, nothingKnown), odd)
})
