/**
 * The matrix of OCSP and of the operator's own verification: a staple or an answer of a responder, right and wrong, and what becomes of the
 * remote. Each that is refused was told nothing.
 */
import { issue, keyNamed, ocspSigning, serialOf } from '../support/issued.ts'
import type { IssueRequest, Issued } from '../support/issued.ts'
import { nonceOf, ocspRefusal, ocspReply } from '../support/ocsp.ts'
import type { OcspReply } from '../support/ocsp.ts'
import { runMatrix } from '../support/trust-matrix.ts'
import type { AskedRow, TrustRow } from '../support/trust-matrix.ts'

const root = issue({ cn: 'Root', ca: true })
const mid = issue({ cn: 'Mid', ca: true, by: root })
const leaf = (more: Partial<IssueRequest> = {}): Issued => issue({ cn: 'localhost', by: mid, names: ['localhost'], ...more })
const good = leaf()
const must = leaf({ mustStaple: true })
const delegate = issue({ cn: 'Responder', by: mid, eku: [ocspSigning] })
const rogue = issue({ cn: 'Rogue', by: issue({ cn: 'Mid', key: 'other mid', ca: true }), eku: [ocspSigning] })
const powerless = issue({ cn: 'Powerless', by: mid })
const retired = issue({ cn: 'Retired', by: mid, eku: [ocspSigning], days: [-9, -1] })
const reply = (more: Partial<OcspReply> = {}): Buffer => ocspReply({ about: good, ...more })
const flipped = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes)
  // in the middle of the signed part: the year of a date
  const at = copy.indexOf('202')
  copy[at + 3] = (copy[at + 3] ?? 0) ^ 1
  return copy
}

const staple = (bytes: Buffer, row: Partial<TrustRow> = {}): TrustRow => ({ server: good, tls: { staple: bytes }, demands: { ocsp: 'staple' }, refused: null, ...row })
const stapleRefused = (words: RegExp): Pick<TrustRow, 'refused'> => ({ refused: ['CW_TLS_STAPLE', words] })

const staples: Readonly<Record<string, TrustRow>> = {
  good: staple(reply(), { proven: 1 }),
  'good, with TLS 1.2': staple(reply(), { proven: 1, tls: { staple: reply(), maxVersion: 'TLSv1.2' } }),
  'good, signed by a delegate': staple(reply({ signer: delegate }), { proven: 1 }),
  'good, the responder named by its key': staple(reply({ byKey: true }), { proven: 1 }),
  'good, the certificate named by SHA-256': staple(reply({ sha256Id: true }), { proven: 1 }),
  'good an hour ago, without an end': staple(reply({ hours: [-0.5, null] }), { proven: 1 }),
  none: staple(Buffer.alloc(0), { tls: {} }),
  'none, with must_staple': staple(Buffer.alloc(0), { tls: {}, demands: { ocsp: 'must_staple' }, ...stapleRefused(/has stapled no OCSP response, and ocsp = must_staple asks for one/) }),
  'good, with must_staple': staple(reply(), { demands: { ocsp: 'must_staple' }, proven: 1 }),
  'none, from a certificate that says must-staple': { server: must, ...stapleRefused(/stapled no OCSP response, and its certificate CN=localhost is good only with one \(must-staple\)/) },
  'good, from a certificate that says must-staple': { server: must, tls: { staple: ocspReply({ about: must }) }, proven: 1, refused: null },
  'stale, from a certificate that says must-staple': { server: must, tls: { staple: ocspReply({ about: must, hours: [-48, -24] }) }, ...stapleRefused(/can not be used: it was good until \d{4}.*must-staple/) },
  'soft does not soften must-staple': { server: must, demands: { ocsp: 'staple', ocspFail: 'soft' }, ...stapleRefused(/must-staple/) },
  revoked: staple(reply({ status: 'revoked' }), { refused: ['CW_TLS_REVOKED', /CN=localhost was revoked on \d{4}\S+ \S+ \(keyCompromise\), says the OCSP response that the remote has stapled/] }),
  'revoked, where nothing was asked for': staple(reply({ status: 'revoked' }), { demands: {}, refused: ['CW_TLS_REVOKED', /was revoked/] }),
  'revoked, and soft': staple(reply({ status: 'revoked' }), { demands: { ocsp: 'staple', ocspFail: 'soft' }, refused: ['CW_TLS_REVOKED', /was revoked/] }),
  'revoked, long ago': staple(reply({ status: 'revoked', hours: [-48, -24] }), { refused: ['CW_TLS_REVOKED', /was revoked/] }),
  unknown: staple(reply({ status: 'unknown' }), stapleRefused(/the responder does not know the certificate/)),
  stale: staple(reply({ hours: [-48, -24] }), stapleRefused(/can not be used: it was good until \d{4}/)),
  'stale, and soft': staple(reply({ hours: [-48, -24] }), { demands: { ocsp: 'staple', ocspFail: 'soft' }, unproven: /it was good until \d{4}/ }),
  'stale, where nothing was asked for': staple(reply({ hours: [-48, -24] }), { demands: {} }),
  'undated and old': staple(reply({ hours: [-48, null] }), stapleRefused(/it was good until \d{4}/)),
  'of tomorrow': staple(reply({ hours: [24, 48] }), stapleRefused(/has yet to come/)),
  'about another certificate': staple(ocspReply({ about: leaf() }), stapleRefused(/it is about another certificate/)),
  'of another issuer with the same name': staple(ocspReply({ about: good, issuer: issue({ cn: 'Mid', key: 'other mid', ca: true }) }), stapleRefused(/wrong signature|another certificate/)),
  'signed by a rogue responder': staple(reply({ signer: rogue }), stapleRefused(/is signed by CN=Rogue, which the issuer has not made a responder/)),
  'signed by one with no right to': staple(reply({ signer: powerless }), stapleRefused(/is signed by CN=Powerless, which has no right to sign OCSP/)),
  'signed by the server itself': staple(reply({ signer: good }), stapleRefused(/no right to sign OCSP/)),
  'signed by a responder that has expired': staple(reply({ signer: retired }), stapleRefused(/CN=Retired, whose certificate is expired/)),
  'signed with another key': staple(reply({ key: keyNamed('other mid') }), stapleRefused(/has a wrong signature/)),
  'signed with SHA-1': staple(reply({ digest: 'sha1' }), stapleRefused(/signed with SHA-1, which can be forged/)),
  'a bit of it flipped': staple(flipped(reply()), stapleRefused(/has a wrong signature/)),
  'cut short': staple(reply().subarray(0, 90), stapleRefused(/cut short/)),
  'with bytes after its end': staple(Buffer.concat([reply(), Buffer.of(0)]), stapleRefused(/no OCSP response/)),
  'no response at all': staple(Buffer.from('good'), stapleRefused(/OCSP response/)),
  tryLater: staple(ocspRefusal(3), stapleRefused(/the responder answers tryLater/))
}

const asking = (answer: AskedRow['answer'], row: Partial<TrustRow> = {}, more: Partial<AskedRow> = {}): AskedRow => ({
  answer,
  server: ocspUrl => leaf({ ocspUrl }),
  row: { demands: { ocsp: 'direct' }, refused: null, ...row },
  ...more
})
const unknown = (words: RegExp): Pick<TrustRow, 'refused'> => ({ refused: ['CW_TLS_OCSP', words] })
const soft: Pick<TrustRow, 'demands'> = { demands: { ocsp: 'direct', ocspFail: 'soft', ocspTimeoutMs: 300 } }

const asked: Readonly<Record<string, TrustRow | AskedRow>> = {
  good: asking((question, about) => ocspReply({ about, nonce: nonceOf(question) }), { proven: 1 }),
  'good, without the nonce': asking((_question, about) => ocspReply({ about }), { proven: 1 }),
  'without the nonce, where it is required': asking((_question, about) => ocspReply({ about }), { demands: { ocsp: 'direct', ocspNonce: 'required' }, ...unknown(/does not repeat the nonce/) }),
  'with the nonce that is required': asking((question, about) => ocspReply({ about, nonce: nonceOf(question) }), { demands: { ocsp: 'direct', ocspNonce: 'required' }, proven: 1 }),
  'no nonce asked': asking((question, about) => nonceOf(question).length === 0 ? ocspReply({ about }) : null, { demands: { ocsp: 'direct', ocspNonce: 'off' }, proven: 1 }),
  'the wrong nonce': asking((_question, about) => ocspReply({ about, nonce: Buffer.alloc(32, 7) }), unknown(/answers another question: the nonce is not ours/)),
  revoked: asking((question, about) => ocspReply({ about, status: 'revoked', nonce: nonceOf(question) }), { refused: ['CW_TLS_REVOKED', /was revoked .* says the OCSP responder http:\/\/127\.0\.0\.1:\d+\/ocsp/] }),
  'revoked, and soft': asking((_question, about) => ocspReply({ about, status: 'revoked' }), { ...soft, refused: ['CW_TLS_REVOKED', /was revoked/] }),
  'a rogue responder': asking((_question, about) => ocspReply({ about, signer: rogue }), unknown(/CN=Rogue, which the issuer has not made a responder/)),
  'a rogue responder, and soft': asking((_question, about) => ocspReply({ about, signer: rogue }), { ...soft, unproven: /CN=Rogue/ }),
  'a good staple: nobody is asked': { ...asking(() => null), server: () => good, row: { demands: { ocsp: 'direct' }, tls: { staple: reply() }, proven: 1, refused: null }, asked: 0 },
  'a responder that says nothing': asking(() => null, { demands: { ocsp: 'direct', ocspTimeoutMs: 300 }, ...unknown(/can not be asked: no answer within 300 ms/) }),
  'a responder that says nothing, and soft': asking(() => null, { ...soft, unproven: /no answer within 300 ms/ }),
  'a responder that is down': { server: leaf({ ocspUrl: 'http://127.0.0.1:1/' }), demands: { ocsp: 'direct' }, ...unknown(/from http:\/\/127\.0\.0\.1:1\/: it can not be asked: .*ECONNREFUSED/) },
  'a responder that is down, and soft': { server: leaf({ ocspUrl: 'http://127.0.0.1:1/' }), ...soft, unproven: /ECONNREFUSED/, refused: null },
  'a responder that sends without end': asking(() => Buffer.alloc(80 * 1024), unknown(/an answer of over 64 KiB/)),
  'a certificate that names no responder': { server: good, demands: { ocsp: 'direct' }, ...unknown(/the certificate names no responder/) },
  'a certificate that names no responder, and soft': { server: good, ...soft, unproven: /names no responder/, refused: null },
  'its CA revoked': {
    answer: (question, server) => question.includes(serialOf(server.certificate)) ? ocspReply({ about: server }) : ocspReply({ about: server.above[0] ?? server, status: 'revoked' }),
    server: ocspUrl => leaf({ by: issue({ cn: 'Lower', ca: true, by: root, ocspUrl }), ocspUrl }),
    row: { demands: { ocsp: 'direct' }, refused: ['CW_TLS_REVOKED', /CN=Lower was revoked/] },
    asked: 2
  },
  'the certificate of the file itself': { server: good, ca: good.pem + root.pem, demands: { ocsp: 'direct' }, refused: null }
}

const verdicts: Readonly<Record<string, TrustRow>> = {
  'it allows': { server: good, plugin: 'export default () => ({ allow: true })', refused: null },
  'it allows, and takes its time': { server: good, plugin: 'export default async () => { await new Promise(resolve => setTimeout(resolve, 20)); return { allow: true } }', refused: null },
  'it gets chain and context': {
    server: good,
    plugin: 'export default peer => peer.host === "localhost" && peer.name === "localhost" && peer.port > 0 && peer.chain.map(each => each.subject).join() === "CN=localhost,CN=Mid,CN=Root" && peer.tlsVersion === "TLSv1.3" && peer.cipher.startsWith("TLS_") && peer.alpn === null && peer.staple === null && !peer.signal.aborted ? { allow: true } : { allow: false, reason: JSON.stringify(peer) }',
    refused: null
  },
  'it gets the staple': { server: good, tls: { staple: reply() }, proven: 1, plugin: 'export default peer => peer.staple?.length > 100 ? { allow: true } : { allow: false, reason: "no staple" }', refused: null },
  'it denies': { server: good, plugin: 'export default () => ({ allow: false, reason: "not on the list of this site" })', refused: ['CW_TLS_PLUGIN', /is not trusted by \S+verify\.mjs: not on the list of this site/] },
  'it denies without a reason': { server: good, plugin: 'export default () => ({ allow: false })', refused: ['CW_TLS_PLUGIN', /answered neither/] },
  'it answers true': { server: good, plugin: 'export default () => true', refused: ['CW_TLS_PLUGIN', /answered neither \{ allow: true \} nor \{ allow: false, reason \}/] },
  'it answers something that looks like yes': { server: good, plugin: 'export default () => ({ allow: "true" })', refused: ['CW_TLS_PLUGIN', /answered neither/] },
  'it answers nothing': { server: good, plugin: 'export default () => {}', refused: ['CW_TLS_PLUGIN', /answered neither/] },
  'it throws': { server: good, plugin: 'export default () => { throw new Error("the list is gone\\u0007") }', refused: ['CW_TLS_PLUGIN', /it failed: the list is gone\S/] },
  'it rejects': { server: good, plugin: 'export default async () => { throw "just so" }', refused: ['CW_TLS_PLUGIN', /it failed: just so/] },
  'its answer throws when it is looked at': { server: good, plugin: 'export default () => ({ get allow () { throw new Error("trap") } })', refused: ['CW_TLS_PLUGIN', /it failed: trap/] },
  'it does not answer': { server: good, plugin: 'export default () => new Promise(() => {})', demands: { verifyTimeoutMs: 100 }, refused: ['CW_TLS_PLUGIN', /did not answer within 100 ms/] },
  'it is not asked about what was refused before': { server: good, tls: { staple: reply({ status: 'revoked' }) }, plugin: 'export default () => ({ allow: true })', refused: ['CW_TLS_REVOKED', /was revoked/] },
  'it can not make good what OpenSSL refuses': { server: leaf({ days: [-9, -1] }), plugin: 'export default () => ({ allow: true })', refused: ['CW_TLS_EXPIRED', /expired/] }
}

runMatrix({ staples, 'asked directly': asked, 'the plugin': verdicts }, root.pem)
