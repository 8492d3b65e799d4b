/** OCSP responses of every make, right and wrong, and responders that give them over HTTP. */
import type { Test } from 'tap'
import { createHash } from 'node:crypto'
import type { KeyObject, X509Certificate } from 'node:crypto'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import * as der from '../../src/trust/der.ts'
import type { DerNode } from '../../src/trust/der.ts'
import { elementAt, membersIn, valueOf } from '../../src/trust/revocation/der-cursor.ts'
import { commonName, enumerated, extension, nameNode, publicKeyInfo, serialOf, signedNode } from './issued.ts'
import type { Issued } from './issued.ts'
import { listening } from './tls-remote.ts'

export interface OcspReply {
  readonly about: Issued
  /** @default that which has issued it */
  readonly issuer?: Issued
  /** @default 'good' */
  readonly status?: 'good' | 'revoked' | 'unknown'
  /** Hours from now of thisUpdate and nextUpdate; null for none. @default [-1, 24] */
  readonly hours?: readonly [from: number, until: number | null]
  /** Signs, and is sent along. @default the issuer, which is not */
  readonly signer?: Issued
  /** In the place of the signer's. */
  readonly key?: KeyObject
  readonly nonce?: Buffer
  readonly digest?: 'sha1' | 'sha256'
  /** Names the certificate by SHA-256. @default false */
  readonly sha256Id?: boolean
  /** Names itself by the hash of its key. @default false */
  readonly byKey?: boolean
}

const hour = 3_600_000
const sha1 = '1.3.14.3.2.26'
const sha256 = '2.16.840.1.101.3.4.2.1'

export function ocspReply (reply: OcspReply): Buffer {
  const { about, issuer = about.above[0] ?? about, signer, hours: [from, until] = [-1, 24], nonce, digest = 'sha256' } = reply
  const responder = signer ?? issuer
  const single = der.sequence(
    certId(about.certificate, issuer, reply.sha256Id === true),
    statusNode(reply.status ?? 'good'),
    moment(from),
    ...(until === null ? [] : [der.explicit(0, moment(until))])
  )
  const data = der.sequence(
    reply.byKey === true ? der.explicit(2, der.octetString(createHash('sha1').update(keyBits(responder)).digest())) : der.explicit(1, nameNode(commonName(responder))),
    moment(0),
    der.sequence(single),
    ...(nonce === undefined ? [] : [der.explicit(1, der.sequence(extension('1.3.6.1.5.5.7.48.1.2', false, der.octetString(nonce))))])
  )
  const certificates = signer === undefined ? [] : [der.explicit(0, der.sequence(der.fromDer(signer.certificate.raw)))]
  const basic = signedNode(data, reply.key ?? responder.key, digest, ...certificates)
  return der.toDer(der.sequence(enumerated(0), der.explicit(0, der.sequence(der.objectId('1.3.6.1.5.5.7.48.1.1'), der.octetString(basic)))))
}

/** A response that is none: 3 is tryLater, 6 unauthorized. */
export function ocspRefusal (status: number): Buffer {
  return der.toDer(der.sequence(enumerated(status)))
}

/** The nonce of a question; empty without one. */
export function nonceOf (question: Buffer): Buffer {
  const tbs = der.membersOf(der.membersOf(der.fromDer(question))[0])
  const extensions = tbs.find(each => der.isContextual(each, 2))
  const value = der.membersOf(der.membersOf(der.membersOf(extensions)[0])[0])[1]
  return typeof value?.value === 'string' ? Buffer.from(der.fromDer(Buffer.from(value.value, 'latin1')).value as string, 'latin1') : Buffer.alloc(0)
}

export interface Responder {
  readonly url: string
  /** What it was asked. */
  readonly questions: Buffer[]
}

/** Answers each question until the test ends; null: never. */
export async function ocspResponder (t: Test, answer: (question: Buffer) => Buffer | null): Promise<Responder> {
  const questions: Buffer[] = []
  return httpResponder(t, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const question = Buffer.concat(chunks)
      questions.push(question)
      const bytes = answer(question)
      if (bytes !== null) response.writeHead(200, { 'Content-Type': 'application/ocsp-response' }).end(bytes)
    })
  }, questions)
}

export async function httpResponder (t: Test, listener: RequestListener, questions: Buffer[] = []): Promise<Responder> {
  const server = createServer(listener)
  return { url: `http://127.0.0.1:${await listening(t, server)}/ocsp`, questions }
}

function certId (certificate: X509Certificate, issuer: Issued, isSha256: boolean): DerNode {
  const hash = (bytes: Buffer): DerNode => der.octetString(createHash(isSha256 ? 'sha256' : 'sha1').update(bytes).digest())
  return der.sequence(
    der.sequence(der.objectId(isSha256 ? sha256 : sha1), der.nothing()),
    hash(der.toDer(nameNode(commonName(issuer)))),
    hash(keyBits(issuer)),
    der.integer(serialOf(certificate))
  )
}

function statusNode (status: 'good' | 'revoked' | 'unknown'): DerNode {
  if (status === 'good') return der.implicit(0, Buffer.alloc(0))
  return status === 'unknown' ? der.implicit(2, Buffer.alloc(0)) : der.fromDer(revokedInfo())
}

/** [1] with the time, and [0] the reason keyCompromise. */
function revokedInfo (): Buffer {
  const parts = Buffer.concat([der.toDer(moment(-48)), der.toDer(der.explicit(0, enumerated(1)))])
  return Buffer.concat([Buffer.of(0xa1, parts.length), parts])
}

/** GeneralizedTime, as OCSP has it for every year. */
function moment (hours: number): DerNode {
  const text = new Date(Date.now() + hours * hour).toISOString().replace(/[-:T]/g, '').replace(/\.\d+Z$/, 'Z')
  return der.fromDer(Buffer.concat([Buffer.of(0x18, text.length), Buffer.from(text)]))
}

function keyBits ({ key }: Issued): Buffer {
  const info = publicKeyInfo(key)
  const bits = [...membersIn(info, elementAt(info, 0, info.length))][1]
  if (bits === undefined) throw new Error('no key')
  return valueOf(info, bits).subarray(1)
}
