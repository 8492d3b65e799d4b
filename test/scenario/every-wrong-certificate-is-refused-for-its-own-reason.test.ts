/**
 * The matrix: a server and what it is held to, accepted or refused, for which reason, in which words. Each is dialled over real TLS,
 * and each that is refused was told nothing. Certificates are issued here, so that one thing is wrong with each.
 */
import type { TlsOptions } from 'node:tls'
import { pinOf } from '../../src/trust/peer/pins.ts'
import { clientAuth, issue, keyNamed, localhost, revocationList, serverAuth } from '../support/issued.ts'
import type { IssueRequest, Issued } from '../support/issued.ts'
import { runMatrix } from '../support/trust-matrix.ts'
import type { TrustRow } from '../support/trust-matrix.ts'

const root = issue({ cn: 'Root', ca: true })
const mid = issue({ cn: 'Mid', ca: true, by: root })
const leaf = (more: Partial<IssueRequest> = {}): Issued => issue({ cn: 'localhost', by: mid, names: ['localhost'], ...more })
const good = leaf()
const weak: TlsOptions = { ciphers: 'DEFAULT@SECLEVEL=0' }
const under = (authority: Partial<IssueRequest>, more: Partial<IssueRequest> = {}): Issued => leaf({ by: issue({ cn: 'Under', ca: true, by: root, ...authority }), ...more })
const named = (...names: readonly string[]): Issued => leaf({ cn: names[0] ?? 'nobody', key: 'localhost', names })
const otherRoot = issue({ cn: 'Root', key: 'other root', ca: true })
const alone = issue({ cn: 'localhost', names: ['localhost'] })
const impostor = leaf({ by: issue({ cn: 'Mid', key: 'other mid', ca: true, by: otherRoot }) })

const forty = Array.from({ length: 40 }, (_each, i) => issue({ cn: `Another ${i}`, key: 'another', ca: true }).pem).join('')

const dates: Readonly<Record<string, TrustRow>> = {
  'an expired certificate': { server: leaf({ days: [-9, -1] }), refused: ['CW_TLS_EXPIRED', /its certificate CN=localhost .* expired on \d{4}/] },
  'one that is not yet valid': { server: leaf({ days: [1, 9] }), refused: ['CW_TLS_NOT_YET_VALID', /is not valid before \d{4}/] },
  'an expired intermediate': { server: under({ days: [-9, -1] }), refused: ['CW_TLS_EXPIRED', /CA certificate CN=Under that it sends expired/] },
  'an intermediate that is not yet valid': { server: under({ days: [1, 9] }), refused: ['CW_TLS_NOT_YET_VALID', /CN=Under that it sends is not valid before/] },
  'an expired root beside a good one': { server: good, ca: root.pem + issue({ cn: 'Old', ca: true, days: [-9, -1] }).pem, refused: null },
  'a root that has expired, its successor with the same key beside it': { server: good, ca: issue({ cn: 'Root', ca: true, days: [-9, -1] }).pem + root.pem, refused: null }
}

const names: Readonly<Record<string, TrustRow>> = {
  'a good certificate': { server: good, refused: null },
  'a certificate for another name': { server: named('other.example'), refused: ['CW_TLS_NAME_MISMATCH', /is not localhost: .* is for DNS:other\.example/] },
  'one of several names': { server: named('a.example', 'localhost', 'b.example'), refused: null },
  'a name in capitals': { server: named('LOCALHOST'), refused: null },
  'a name that only begins alike': { server: named('localhost.example'), refused: ['CW_TLS_NAME_MISMATCH', /is not localhost/] },
  'a NUL byte in the name': { server: named('localhost\0.example'), refused: ['CW_TLS_NAME_MISMATCH', /is not localhost/] },
  'a wildcard one level up': { server: named('*.example.com'), sni: 'a.example.com', refused: null },
  'a wildcard two levels up': { server: named('*.example.com'), sni: 'a.b.example.com', refused: ['CW_TLS_NAME_MISMATCH', /is not a\.b\.example\.com/] },
  'a wildcard for the domain itself': { server: named('*.example.com'), sni: 'example.com', refused: ['CW_TLS_NAME_MISMATCH', /is not example\.com/] },
  'a wildcard for everything': { server: named('*'), refused: ['CW_TLS_NAME_MISMATCH', /is not localhost/] },
  'a wildcard in the middle': { server: named('a.*.com'), sni: 'a.example.com', refused: ['CW_TLS_NAME_MISMATCH', /is not a\.example\.com/] },
  'a wildcard with ideographic dots in the name asked for': { server: named('*.example.com'), sni: 'foo\u3002bar.example.com', refused: ['CW_TLS_FAILED', /neither a host name nor an IP address/] },
  'an international name in ASCII': { server: named('xn--bcher-kva.example'), sni: 'xn--bcher-kva.example', refused: null },
  'no alternative name, the common name right': { server: leaf({ names: [] }), refused: null },
  'the common name right, the alternative name not': { server: leaf({ names: ['other.example'] }), refused: ['CW_TLS_NAME_MISMATCH', /is for DNS:other\.example/] },
  'an address that is in it': { server: leaf({ ips: [localhost] }), host: '127.0.0.1', refused: null },
  'an address without an IP entry': { server: good, host: '127.0.0.1', refused: ['CW_TLS_NAME_MISMATCH', /is not 127\.0\.0\.1/] },
  'an address as the common name': { server: leaf({ cn: '127.0.0.1', key: 'localhost', names: [] }), host: '127.0.0.1', refused: ['CW_TLS_NAME_MISMATCH', /is not 127\.0\.0\.1/] },
  'an address as a DNS name': { server: named('127.0.0.1'), host: '127.0.0.1', refused: ['CW_TLS_NAME_MISMATCH', /is not 127\.0\.0\.1/] },
  'another address': { server: leaf({ ips: [Buffer.of(127, 0, 0, 2)] }), host: '127.0.0.1', refused: ['CW_TLS_NAME_MISMATCH', /is not 127\.0\.0\.1/] }
}

const chains: Readonly<Record<string, TrustRow>> = {
  'self-signed': { server: alone, refused: ['CW_TLS_SELF_SIGNED', /is signed by itself and is not in/] },
  'self-signed, and in the file': { server: alone, ca: alone.pem, refused: null },
  'self-signed, another of the same key in the file': { server: alone, ca: issue({ cn: 'localhost', names: ['localhost'], days: [-2, 3] }).pem + root.pem, refused: ['CW_TLS_SELF_SIGNED', /is signed by itself/] },
  'another CA': { server: leaf({ by: issue({ cn: 'Stranger', ca: true }) }), refused: ['CW_TLS_UNKNOWN_CA', /leads to CN=Stranger, which is not in/] },
  'another CA that sends its root': { server: leaf({ by: issue({ cn: 'Stranger', ca: true }) }), sent: leaf({ by: issue({ cn: 'Stranger', ca: true }) }).pem + issue({ cn: 'Stranger', ca: true }).pem, refused: ['CW_TLS_UNKNOWN_CA', /CN=Stranger, which is not in/] },
  'another CA of the same names': { server: impostor, refused: ['CW_TLS_UNKNOWN_CA', /a CA called CN=Root; the one of that name in .* has another key/] },
  'the intermediate left out': { server: good, sent: good.pem, refused: ['CW_TLS_UNKNOWN_CA', /leads to CN=Mid, which is not in/] },
  'the intermediate left out, and in the file': { server: good, sent: good.pem, ca: root.pem + mid.pem, refused: null },
  'the intermediate alone in the file': { server: good, ca: mid.pem, refused: null },
  'the intermediate of another CA alone in the file': { server: good, ca: issue({ cn: 'Mid', key: 'other mid', ca: true, by: otherRoot }).pem, refused: ['CW_TLS_UNKNOWN_CA', /CN=Mid/] },
  'intermediates in the wrong order': { server: under({ by: mid }), sent: (under({ by: mid })).pem + mid.pem + issue({ cn: 'Under', ca: true, by: mid }).pem, refused: null },
  'the root is the last of forty in the file': { server: good, ca: forty + root.pem, refused: null },
  'none of forty in the file is its root': { server: good, ca: forty, refused: ['CW_TLS_UNKNOWN_CA', /CN=Root|CN=Mid/] },
  'a chain with its root': { server: good, sent: good.sent + root.pem, refused: null },
  'a chain with strangers in it': { server: good, sent: good.sent + otherRoot.pem + issue({ cn: 'Stranger', ca: true }).pem, refused: null },
  'two intermediates': { server: under({ by: mid }), refused: null },
  'one more than the path length allows': { server: leaf({ by: issue({ cn: 'Lower', ca: true, by: issue({ cn: 'Upper', ca: true, pathLength: 0, by: root }) }) }), refused: ['CW_TLS_BAD_CHAIN', /path length/] },
  'as many as the path length allows': { server: leaf({ by: issue({ cn: 'Lower', ca: true, by: issue({ cn: 'Upper', ca: true, pathLength: 1, by: root }) }) }), refused: null },
  'a server certificate that signs': { server: leaf({ by: issue({ cn: 'Under', by: root, names: ['under.example'] }) }), refused: ['CW_TLS_BAD_CHAIN', /does not make a sound chain/] },
  'an intermediate whose key may not sign': { server: under({ keyUsage: 0x80 }), refused: ['CW_TLS_BAD_CHAIN', /does not make a sound chain/] },
  'a name outside of what the CA may certify': { server: under({ permitted: ['example.com'] }), refused: ['CW_TLS_BAD_CHAIN', /permitted subtree/] },
  'a name inside of what the CA may certify': { server: under({ permitted: ['localhost'] }), refused: null },
  'a name that the CA may not certify': { server: under({ excluded: ['localhost'] }), refused: ['CW_TLS_BAD_CHAIN', /excluded subtree/] },
  'an unknown critical extension': { server: leaf({ unknownCritical: true }), refused: ['CW_TLS_BAD_CHAIN', /critical extension/] },
  'an unknown critical extension of the CA': { server: under({ unknownCritical: true }), refused: ['CW_TLS_BAD_CHAIN', /critical extension/] }
}

const uses: Readonly<Record<string, TrustRow>> = {
  'made for clients': { server: leaf({ eku: [clientAuth] }), refused: ['CW_TLS_BAD_CHAIN', /not made for servers/] },
  'made for clients and servers': { server: leaf({ eku: [clientAuth, serverAuth] }), refused: null },
  'not restricted to any use': { server: leaf({ eku: null, keyUsage: null }), refused: null },
  'a CA that may only issue for clients': { server: under({ eku: [clientAuth] }), refused: ['CW_TLS_BAD_CHAIN', /not made for servers/] },
  'a key that may only agree on keys': { server: leaf({ keyUsage: 0x40 }), refused: ['CW_TLS_BAD_CHAIN', /sound chain|not made for/] },
  'RSA of 2048 bits': { server: leaf({ key: 'rsa' }), refused: null },
  'RSA of 1024 bits': { server: leaf({ key: 'rsa1024' }), tls: weak, refused: ['CW_TLS_BAD_CHAIN', /key too (weak|small)/] },
  'a CA of RSA with 1024 bits': { server: under({ key: 'rsa1024' }), tls: weak, refused: ['CW_TLS_BAD_CHAIN', /key too (weak|small)/] },
  Ed25519: { server: leaf({ key: 'ed' }), refused: null },
  'signed with SHA-1': { server: leaf({ digest: 'sha1' }), tls: weak, refused: ['CW_TLS_BAD_CHAIN', /digest algorithm too weak/] },
  'an intermediate signed with SHA-1': { server: under({ digest: 'sha1' }), tls: weak, refused: ['CW_TLS_BAD_CHAIN', /digest algorithm too weak/] }
}

const rsa = leaf({ key: 'rsa' })
const protocols: Readonly<Record<string, TrustRow>> = {
  'TLS 1.1 only': { server: rsa, tls: { ...weak, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }, refused: ['CW_TLS_VERSION', /no TLS version from 1\.2 up/] },
  'TLS 1.2 only': { server: good, tls: { maxVersion: 'TLSv1.2' }, refused: null },
  'TLS 1.2 only, where 1.3 is demanded': { server: good, tls: { maxVersion: 'TLSv1.2' }, demands: { tlsVersions: ['tlsv1.3'] }, refused: ['CW_TLS_VERSION', /does not offer TLS 1\.3, the only version in tls_versions/] },
  'TLS 1.3 only, where 1.2 is demanded': { server: good, tls: { minVersion: 'TLSv1.3' }, demands: { tlsVersions: ['tlsv1.2'] }, refused: ['CW_TLS_VERSION', /does not offer TLS 1\.2/] },
  'a cipher in common': { server: rsa, tls: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }, demands: { ciphers: ['ECDHE-RSA-AES128-GCM-SHA256', 'TLS_AES_128_GCM_SHA256'] }, refused: null },
  'no cipher in common': { server: rsa, tls: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' }, demands: { ciphers: ['ECDHE-RSA-AES128-GCM-SHA256'] }, refused: ['CW_TLS_REFUSED', /no cipher in common/] },
  'ciphers of TLS 1.3 only': { server: good, demands: { ciphers: ['TLS_AES_256_GCM_SHA384'] }, refused: null },
  'ciphers of TLS 1.3 only, and TLS 1.2': { server: good, tls: { maxVersion: 'TLSv1.2' }, demands: { ciphers: ['TLS_AES_256_GCM_SHA384'] }, refused: ['CW_TLS_VERSION', /TLS/] },
  'the protocol of alpn': { server: good, tls: { ALPNProtocols: ['mqtt'] }, demands: { alpn: ['x-amzn-mqtt-ca', 'mqtt'] }, refused: null },
  'another protocol than that of alpn': { server: good, tls: { ALPNProtocols: ['h2'] }, demands: { alpn: ['mqtt'] }, refused: ['CW_TLS_ALPN', /knows none of the protocols in alpn: mqtt/] },
  'no protocol where alpn asks for one': { server: good, demands: { alpn: ['mqtt'] }, refused: ['CW_TLS_ALPN', /has chosen no protocol of alpn: mqtt was offered/] }
}

const backup = pinOf(issue({ cn: 'Backup' }).certificate)
const pins: Readonly<Record<string, TrustRow>> = {
  'its key is pinned': { server: good, demands: { pins: [backup, pinOf(good.certificate)] }, refused: null },
  'the key of its CA is pinned': { server: good, demands: { pins: [pinOf(mid.certificate)] }, refused: null },
  'the key of the root, which is not sent, is pinned': { server: good, demands: { pins: [pinOf(root.certificate)] }, refused: null },
  'renewed with the pinned key': { server: leaf({ days: [-1, 3] }), demands: { pins: [pinOf(good.certificate)] }, refused: null },
  'another key is pinned': { server: good, demands: { pins: [backup] }, refused: ['CW_TLS_NOT_PINNED', /none of its verified keys is in pins; they are CN=localhost sha256\/\/\S+, then CN=Mid .*, then CN=Root/] },
  'a pinned certificate that is sent and has signed nothing': { server: good, sent: good.sent + issue({ cn: 'Backup' }).pem, demands: { pins: [backup] }, refused: ['CW_TLS_NOT_PINNED', /none of its verified keys/] },
  'a pinned certificate that looks like its CA and has signed nothing': { server: good, sent: good.pem + issue({ cn: 'Mid', key: 'other mid', ca: true, by: otherRoot }).pem + mid.pem, demands: { pins: [pinOf(issue({ cn: 'Mid', key: 'other mid', ca: true, by: otherRoot }).certificate)] }, refused: ['CW_TLS_(NOT_PINNED|BAD_CHAIN|UNKNOWN_CA)', /is not trusted/] }
}

const cleanMid = revocationList({ by: mid })
const cleanRoot = revocationList({ by: root })
const clean = cleanMid + cleanRoot
const revoking = revocationList({ by: mid, revoked: [good] })
const lists: Readonly<Record<string, TrustRow>> = {
  'not in the lists': { server: good, lists: [clean], refused: null },
  'not in the lists, each in its file': { server: good, lists: [cleanMid, cleanRoot], refused: null },
  revoked: { server: good, lists: [revoking + cleanRoot], refused: ['CW_TLS_REVOKED', /CN=localhost was revoked on \d{4}\S+ \S+ \(keyCompromise\), says the revocation list of CN=Mid/] },
  'revoked by the second list of a file': { server: good, lists: [cleanRoot + revoking], refused: ['CW_TLS_REVOKED', /CN=localhost was revoked/] },
  'its CA revoked': { server: good, lists: [cleanMid + revocationList({ by: root, revoked: [mid] })], refused: ['CW_TLS_REVOKED', /CN=Mid was revoked .* says the revocation list of CN=Root/] },
  'another one revoked': { server: good, lists: [revocationList({ by: mid, revoked: [leaf()] }) + cleanRoot], refused: null },
  'a newer list that takes the revocation back': { server: good, lists: [revocationList({ by: mid, revoked: [good], days: [-3, 7] }) + clean], refused: null },
  'a newer list that revokes': { server: good, lists: [clean + revocationList({ by: mid, revoked: [good], days: [-0.5, 7] })], refused: ['CW_TLS_REVOKED', /was revoked/] },
  'no list of its issuer': { server: good, lists: [cleanRoot], refused: ['CW_TLS_CRL_MISSING', /crlfile has no list of CN=Mid for it/] },
  'no list of the issuer of its CA': { server: good, lists: [cleanMid], refused: ['CW_TLS_CRL_MISSING', /whether CN=Mid is revoked is not known, crlfile has no list of CN=Root/] },
  'the CA in the file: its own list is enough': { server: good, ca: mid.pem, lists: [cleanMid], refused: null },
  'the CA in the file, and revoked by the root beside it': { server: good, ca: mid.pem + root.pem, lists: [cleanMid + revocationList({ by: root, revoked: [mid] })], refused: ['CW_TLS_REVOKED', /CN=Mid was revoked/] },
  'a list that should have been renewed': { server: good, lists: [revocationList({ by: mid, days: [-9, -1] }) + cleanRoot], refused: ['CW_TLS_CRL_EXPIRED', /list of CN=Mid in crlfile should have been renewed by \d{4}/] },
  'a list that should have been renewed, accepted': { server: good, lists: [revocationList({ by: mid, days: [-9, -1] }) + cleanRoot], demands: { crlExpired: 'accept' }, refused: null },
  'revoked by a list that should have been renewed': { server: good, lists: [revocationList({ by: mid, revoked: [good], days: [-9, -1] }) + cleanRoot], demands: { crlExpired: 'accept' }, refused: ['CW_TLS_REVOKED', /was revoked/] },
  'a list of tomorrow beside that of today': { server: good, lists: [revocationList({ by: mid, revoked: [good], days: [1, 7] }) + clean], refused: null },
  'a list of tomorrow beside one that revokes': { server: good, lists: [revocationList({ by: mid, days: [1, 7] }) + revoking + cleanRoot], refused: ['CW_TLS_REVOKED', /was revoked/] },
  'a list of tomorrow': { server: good, lists: [revocationList({ by: mid, days: [1, 7] }) + cleanRoot], refused: ['CW_TLS_CRL_EXPIRED', /has yet to come/] },
  'a list signed with another key': { server: good, lists: [revocationList({ by: mid, signer: keyNamed('other mid') }) + cleanRoot], refused: ['CW_TLS_CRL_MISSING', /list of CN=Mid in crlfile has a wrong signature/] },
  'a list signed with SHA-1': { server: good, lists: [revocationList({ by: mid, digest: 'sha1' }) + cleanRoot], refused: ['CW_TLS_CRL_MISSING', /signed with SHA-1/] },
  'a list of a CA that may not sign lists': { server: under({ keyUsage: 0x04 }), lists: [revocationList({ by: issue({ cn: 'Under', ca: true, by: root, keyUsage: 0x04 }) }) + cleanRoot], refused: ['CW_TLS_CRL_MISSING', /may not sign lists/] }
}

runMatrix({ dates, names, chains, uses, protocols, pins, lists }, root.pem)
