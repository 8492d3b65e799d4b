/**
 * From an error of OpenSSL or the network to what an operator needs: which certificate, which name, what is wrong, what to do.
 * Pure; the codes are matched by pattern because OpenSSL renames them between versions.
 */
import type { X509Certificate } from 'node:crypto'
import { reasonOf } from '../errors.ts'
import { escapeControls } from '../control-characters.ts'
import { dateOf, nameOf, validityAt } from './certificate-facts.ts'
import { HandshakeError, handshakeCodes } from './errors.ts'
import type { Demands } from './peer/demands.ts'
import type { Finding } from './peer/finding.ts'

/** What was known when it failed. */
export interface HandshakeFacts {
  readonly host: string
  readonly port: number
  /** What the certificate was held to. */
  readonly name: string
  readonly cacertfile: string
  readonly anchors: readonly X509Certificate[]
  readonly demands: Pick<Demands, 'tlsVersions' | 'ciphers' | 'alpn'>
  /** Our own; null when none was offered. */
  readonly clientCertificate: X509Certificate | null
  /** Leaf first, as far as it was sent or could be completed; empty when it did not come to that. */
  readonly peer: readonly X509Certificate[]
  readonly stage: 'connecting' | 'handshake' | 'established'
  readonly now: Date
}

type Rule = readonly [pattern: RegExp, find: (facts: HandshakeFacts, error: unknown) => Finding]

export function diagnose (error: unknown, facts: HandshakeFacts): HandshakeError {
  if (error instanceof HandshakeError) return error
  const code = codeOf(error)
  const rules = facts.stage === 'connecting' ? [...networkRules, ...tlsRules] : [...tlsRules, ...networkRules]
  const rule = rules.find(([pattern]) => pattern.test(code))
  const finding = rule === undefined ? unknownFailure(error) : rule[1](facts, error)
  return new HandshakeError(finding.code, `${placeOf(facts)} ${finding.words}`, { hint: finding.hint, cause: error })
}

const tlsRules: readonly Rule[] = [
  [/^DEPTH_ZERO_SELF_SIGNED_CERT$/, selfSigned],
  [/^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|SELF_SIGNED_CERT_IN_CHAIN|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED|CERT_REJECTED)$/, unknownAuthority],
  [/^CERT_HAS_EXPIRED$/, expired],
  [/^CERT_NOT_YET_VALID$/, notYetValid],
  [/^ERR_TLS_CERT_ALTNAME/, nameMismatch],
  [/^(INVALID_CA|PATH_LENGTH_EXCEEDED|INVALID_PURPOSE|CERT_CHAIN_TOO_LONG|ERROR_IN_CERT_|UNABLE_TO_DECRYPT_CERT|UNABLE_TO_DECODE_ISSUER|CA_MD_TOO_WEAK|EE_KEY_TOO_SMALL|CA_KEY_TOO_SMALL|UNSPECIFIED$|ERR_SSL_(EE|CA)_(KEY|MD)|ERR_SSL_CERTIFICATE_VERIFY_FAILED)/, badChain],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|HTTPS_PROXY_REQUEST|BAD_RECORD_TYPE|RECORD_LAYER_FAILURE|UNEXPECTED_MESSAGE/, notTls],
  [/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE/, noCommonVersion],
  [/ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(EXPIRED|REVOKED|UNKNOWN)|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/, clientCertificate],
  [/ALERT_HANDSHAKE_FAILURE$/, handshakeFailure],
  [/UNRECOGNIZED_NAME/, unrecognizedName],
  [/NO_APPLICATION_PROTOCOL$/, noCommonProtocol],
  [/ALERT_|^ERR_SSL_/, otherAlert],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, closed]
]

const networkRules: readonly Rule[] = [
  [/^ECONNREFUSED$/, unreachable('refuses the connection: nothing listens there', 'Check host and port, and that the remote runs.')],
  [/^(ENOTFOUND|EAI_NONAME|EAI_NODATA)$/, unreachable('can not be found: the name is not in DNS', 'Check the spelling of the host.')],
  [/^EAI_/, unreachable('can not be looked up now: no answer from DNS', 'Check the name server of this machine.')],
  [/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL)$/, unreachable('can not be reached: no way through the network', 'Check the network and, where one is set, the local address.')],
  [/^ETIMEDOUT$/, unreachable('does not answer', 'Check host, port and firewalls between.')],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, unreachable('broke the connection off', 'Check what stands between: a proxy or a firewall.')]
]

function placeOf (facts: HandshakeFacts): string {
  return `${facts.host.includes(':') ? `[${facts.host}]` : facts.host}:${facts.port}`
}

function unknownAuthority (facts: HandshakeFacts): Finding {
  const top = facts.peer.at(-1)
  const code = handshakeCodes.unknownAuthority
  if (top === undefined) return { code, words: `is not trusted: its certificate is not issued by a CA in ${facts.cacertfile}`, hint: 'Put the CA of the remote into cacertfile.' }
  const issuer = nameOf(top, 'issuer')
  const twin = facts.anchors.find(anchor => anchor.subject === top.issuer)
  if (twin !== undefined && !top.verify(twin.publicKey)) {
    return {
      code,
      words: `is not trusted: ${certificateWords(facts)} was signed by a CA called ${issuer}; the one of that name in ${facts.cacertfile} has another key (SHA-256 ${twin.fingerprint256.slice(0, 23)}…)`,
      hint: 'The CA was renewed with a new key, or somebody poses as it: get its present certificate from whoever runs the remote.'
    }
  }
  const sentAlone = facts.peer.length === 1 && top.subject !== top.issuer
  return {
    code,
    words: `is not trusted: ${certificateWords(facts)} leads to ${issuer}, which is not in ${facts.cacertfile}`,
    hint: `Put that CA into cacertfile, if it is the one you mean to trust${sentAlone ? ', or have the server send its intermediate certificate' : ''}.`
  }
}

function selfSigned (facts: HandshakeFacts): Finding {
  return {
    code: handshakeCodes.selfSigned,
    words: `is not trusted: ${certificateWords(facts)} is signed by itself and is not in ${facts.cacertfile}`,
    hint: `To trust exactly this server, compare its fingerprint${facts.peer[0] === undefined ? '' : ` (SHA-256 ${facts.peer[0].fingerprint256})`} with the server's own, then put its certificate into cacertfile.`
  }
}

function expired (facts: HandshakeFacts): Finding {
  const [which, whose] = offender(facts, 'expired')
  return {
    code: handshakeCodes.expired,
    words: `is not trusted: ${whose} expired on ${which === null ? 'an unknown date' : dateOf(which.validTo)}`,
    hint: `Have it renewed; if the date is right, the clock here is wrong: it says ${facts.now.toISOString()}.`
  }
}

function notYetValid (facts: HandshakeFacts): Finding {
  const [which, whose] = offender(facts, 'not yet valid')
  return {
    code: handshakeCodes.notYetValid,
    words: `is not trusted: ${whose} is not valid before ${which === null ? 'an unknown date' : dateOf(which.validFrom)}`,
    hint: `Check the clock here first: it says ${facts.now.toISOString()}.`
  }
}

/** The first in the chain, leaf first, then in our own file, whose dates are the reason. */
function offender (facts: HandshakeFacts, validity: 'expired' | 'not yet valid'): [X509Certificate | null, string] {
  const inFile = new Set(facts.anchors.map(each => each.fingerprint256))
  const sent = facts.peer.find(each => validityAt(each, facts.now) === validity)
  if (sent !== undefined && !inFile.has(sent.fingerprint256)) return [sent, sent === facts.peer[0] ? certificateWords(facts) : `the CA certificate ${nameOf(sent)} that it sends`]
  const own = facts.anchors.find(each => validityAt(each, facts.now) === validity)
  return own === undefined ? [null, 'a certificate of its chain'] : [own, `the CA certificate ${nameOf(own)} in ${facts.cacertfile}`]
}

function nameMismatch (facts: HandshakeFacts): Finding {
  const leaf = facts.peer[0]
  const names = leaf?.subjectAltName === undefined ? 'no name but its subject' : shown(leaf.subjectAltName)
  return {
    code: handshakeCodes.nameMismatch,
    words: `is not ${facts.name}: ${certificateWords(facts)} is for ${names}`,
    hint: 'Connect by a name that is in the certificate, set sni to that name, or have the certificate made for this one.'
  }
}

function badChain (facts: HandshakeFacts, error: unknown): Finding {
  const purpose = codeOf(error) === 'INVALID_PURPOSE'
  return {
    code: handshakeCodes.badChain,
    words: `is not trusted: ${certificateWords(facts)} ${purpose ? 'is not made for servers' : `does not make a sound chain: ${shown(reasonOf(error))}`}`,
    hint: purpose ? 'Have it made with the extended key usage serverAuth.' : 'Have the certificates of the remote made anew; an intermediate without the right to sign, or a weak key, is the usual cause.'
  }
}

function notTls (): Finding {
  return { code: handshakeCodes.notTls, words: 'does not speak TLS on this port', hint: 'Name the TLS port of the remote, mostly 8883; 1883 is for plain MQTT.' }
}

function noCommonVersion ({ demands }: HandshakeFacts): Finding {
  if (demands.tlsVersions.length === 1) {
    const only = demands.tlsVersions[0] === 'tlsv1.2' ? '1.2' : '1.3'
    return { code: handshakeCodes.version, words: `does not offer TLS ${only}, the only version in tls_versions`, hint: 'Switch it on at the remote, or allow the other version in tls_versions.' }
  }
  return { code: handshakeCodes.version, words: 'offers no TLS version from 1.2 up', hint: 'Switch TLS 1.2 or 1.3 on at the remote; older versions are broken and are not used.' }
}

function clientCertificate (facts: HandshakeFacts, error: unknown): Finding {
  const own = facts.clientCertificate
  const alert = alertWords(error)
  return own === null
    ? { code: handshakeCodes.clientCertificate, words: `requires a client certificate and none is configured (${alert})`, hint: 'Set certfile and keyfile in the ssl block.' }
    : { code: handshakeCodes.clientCertificate, words: `refuses our client certificate ${nameOf(own)}, issued by ${nameOf(own, 'issuer')} (${alert})`, hint: 'Have it issued by a CA that the remote trusts, and check its dates.' }
}

function handshakeFailure (facts: HandshakeFacts, error: unknown): Finding {
  // the alert carries no reason; once the server's certificate has come, only ours is left to be missed
  if (facts.peer.length > 0 && facts.clientCertificate === null) return clientCertificate(facts, error)
  return { code: handshakeCodes.refused, words: 'refuses the handshake: no cipher in common, or a client certificate it wants', hint: `Set certfile and keyfile if the remote asks for them, else compare its ciphers with ${facts.demands.ciphers.length === 0 ? 'ours' : 'those in ciphers'}.` }
}

function noCommonProtocol ({ demands }: HandshakeFacts): Finding {
  return { code: handshakeCodes.protocol, words: `knows none of the protocols in alpn: ${demands.alpn.join(', ')}`, hint: 'Set alpn to what the remote asks for, or remove the key where it asks for nothing.' }
}

function unrecognizedName (facts: HandshakeFacts): Finding {
  return { code: handshakeCodes.nameMismatch, words: `does not know the name ${facts.name}`, hint: 'Set sni to a name the remote serves.' }
}

function otherAlert (_facts: HandshakeFacts, error: unknown): Finding {
  return { code: handshakeCodes.refused, words: `refuses the handshake: ${alertWords(error)}`, hint: 'The log of the remote says more.' }
}

function closed (facts: HandshakeFacts): Finding {
  const own = facts.clientCertificate === null ? 'the remote may want a client certificate' : 'the remote may not accept our client certificate'
  return { code: handshakeCodes.refused, words: 'closed the connection during the handshake', hint: `This may be a port without TLS, or ${own}. The log of the remote says more.` }
}

function unreachable (words: string, hint: string): Rule[1] {
  return () => ({ code: handshakeCodes.unreachable, words, hint })
}

function unknownFailure (error: unknown): Finding {
  return { code: handshakeCodes.failed, words: `could not be verified: ${shown(reasonOf(error))}`, hint: 'The connection was closed before anything was sent.' }
}

/** `the certificate CN=… (issued by …, valid … to …)`. */
function certificateWords (facts: HandshakeFacts): string {
  const leaf = facts.peer[0]
  if (leaf === undefined) return 'its certificate'
  return `its certificate ${nameOf(leaf)} (issued by ${nameOf(leaf, 'issuer')}, valid ${dateOf(leaf.validFrom)} to ${dateOf(leaf.validTo)})`
}

/** `unknown ca` from ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: the message has the source lines of OpenSSL in it. */
function alertWords (error: unknown): string {
  return codeOf(error).replace(/^.*ALERT_|^ERR_SSL_/, '').toLowerCase().replaceAll('_', ' ')
}

function shown (text: string): string {
  const whole = text.trim()
  return escapeControls(whole.length > 300 ? whole.slice(0, 300) + '…' : whole)
}

function codeOf (error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
