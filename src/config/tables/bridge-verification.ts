/** `bridges.mqtt.NAME.ssl`: what a remote is held to beside its CA and its name. */
import { cipherFault, expiredListPolicies, isSuiteOf13, ocspFailPolicies, ocspModes, ocspNonces, pinFault, tlsVersions } from '../../trust/peer/demands.ts'
import type { Demands } from '../../trust/peer/demands.ts'
import { list } from '../schema/groups.ts'
import { works } from '../schema/key.ts'
import type { Reading } from '../schema/reading.ts'
import { choice, duration, line, path, text, withUnit } from '../schema/scalars.ts'
import type { Given, Keys } from '../schema/section.ts'

export const verificationKeys: Keys<Demands> = {
  tlsVersions: works('tls_versions', list(choice(tlsVersions)), {
    or: tlsVersions,
    ours: true,
    says: 'Versions of TLS that may be spoken. Older ones than 1.2 are broken and never are.'
  }),
  ciphers: works('ciphers', list(text(() => line().superRefine((name, context) => {
    const fault = cipherFault(name)
    if (fault !== null) context.addIssue({ code: 'custom', message: fault })
  }))), {
    or: [],
    ours: true,
    says: 'The only ciphers that may be agreed on, by their names in OpenSSL, such as `TLS_AES_256_GCM_SHA384` (TLS 1.3) and `ECDHE-ECDSA-AES128-GCM-SHA256` (TLS 1.2). None: those of Node.js. Broken ones are refused.'
  }),
  alpn: works('alpn', list(text(() => line().refine(name => name !== '' && Buffer.byteLength(name) <= 255, { message: 'must be of 1 to 255 bytes' }))), {
    or: [],
    ours: true,
    says: 'Protocols offered to the server (ALPN), which has to choose one of them. None: nothing is offered.'
  }),
  pins: works('pins', list(text(() => line().superRefine((pin, context) => {
    const fault = pinFault(pin)
    if (fault !== null) context.addIssue({ code: 'custom', message: fault })
  }))), {
    or: [],
    ours: true,
    says: 'Public keys, each as `sha256//` and the base64 of the SHA-256 of its SubjectPublicKeyInfo. One certificate of the verified chain, from that of the server up to its CA, must have one of them. None: any key. `causeway certs show FILE` prints the pin of each certificate.'
  }),
  crlfile: works('crlfile', list(path()), {
    or: [],
    ours: true,
    says: 'PEM files of revocation lists. With any, each certificate below `cacertfile` needs a list of its issuer that is good now. They are watched and replaced like `cacertfile`, and together with it.'
  }),
  crlExpired: works('crl_expired', choice(expiredListPolicies), {
    or: 'refuse',
    ours: true,
    says: 'A revocation list that should have been renewed by now: `refuse` lets no remote in by it, `accept` goes on with the last one.'
  }),
  ocsp: works('ocsp', choice(ocspModes), {
    or: 'off',
    ours: true,
    says: 'OCSP, the authority\'s own word on one certificate. `staple`: what the server staples has to be good. `must_staple`: it has to staple. `direct`: without a good staple the responders named in its certificates are asked, over HTTP. A certificate that says must-staple is always held to it, and one that is stapled as revoked is never let in.'
  }),
  ocspFail: works('ocsp_fail', choice(ocspFailPolicies), {
    or: 'hard',
    ours: true,
    says: 'When OCSP says neither good nor revoked: `hard` refuses the server, `soft` warns and goes on. `must_staple` is always hard.'
  }),
  ocspTimeoutMs: works('ocsp_timeout', duration({ min: 100, max: 60_000 }, withUnit), { or: 5000, ours: true, says: 'For each question to an OCSP responder.' }),
  ocspNonce: works('ocsp_nonce', choice(ocspNonces), {
    or: 'optional',
    ours: true,
    says: 'A random number in each question to a responder. One that is repeated wrongly is never accepted; `required` also refuses an answer without it, which responders that answer from a store give. `off`: for a responder that refuses questions with one.'
  }),
  verifyPlugin: works('verify_plugin', path(), {
    or: null,
    ours: true,
    says: 'ECMAScript module that has the last word on a server; see the guide to certificates. It runs in this process, with its rights: it is code, and is trusted like Causeway itself.'
  }),
  verifyTimeoutMs: works('verify_timeout', duration({ min: 10, max: 60_000 }, withUnit), { or: 5000, ours: true, says: 'A plugin that has not answered by then refuses the server.' })
}

/** What they must agree on. */
export function checkVerification (given: Given<Demands>, ssl: Reading): void {
  checkVersions(given, ssl)
  if (given.pins?.length === 1) ssl.named('pins').warn('has one pin: when that key is lost, no remote is accepted any more', 'Add the pin of a second key, kept apart, that the remote can change to')
  if (given.crlExpired !== undefined && (given.crlfile?.length ?? 0) === 0) ssl.named('crl_expired').warn('has no effect without crlfile')
  checkOcsp(given, ssl)
  if (given.verifyTimeoutMs !== undefined && given.verifyPlugin === undefined) ssl.named('verify_timeout').warn('has no effect without verify_plugin')
}

function checkOcsp ({ ocsp = 'off', ocspFail, ocspTimeoutMs, ocspNonce }: Given<Demands>, ssl: Reading): void {
  if (ocspFail !== undefined && ocsp !== 'staple' && ocsp !== 'direct') ssl.named('ocsp_fail').warn(`has no effect with ocsp = ${ocsp}`)
  if (ocspTimeoutMs !== undefined && ocsp !== 'direct') ssl.named('ocsp_timeout').warn(`has no effect with ocsp = ${ocsp}`)
  if (ocspNonce !== undefined && ocsp !== 'direct') ssl.named('ocsp_nonce').warn(`has no effect with ocsp = ${ocsp}`)
}

function checkVersions (given: Given<Demands>, ssl: Reading): void {
  const versions = given.tlsVersions ?? tlsVersions
  if (versions.length === 0) ssl.named('tls_versions').refuse('is empty: no version of TLS could be spoken', 'Name tlsv1.2, tlsv1.3 or both')
  const ciphers = (given.ciphers ?? []).filter(name => name !== undefined)
  if (versions.length === 0 || ciphers.length === 0 || ciphers.some(name => versions.includes(isSuiteOf13(name) ? 'tlsv1.3' : 'tlsv1.2'))) return
  ssl.named('ciphers').refuse('has none for the versions in tls_versions', 'Names that begin with TLS_ are for tlsv1.3, the others for tlsv1.2')
}
