/** Our questions and verdicts against OpenSSL's own responder; and that no answer, however it is cut or changed, is taken for good or throws. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { test } from 'tap'
import { OcspCache } from '../../../../src/trust/revocation/ocsp-cache.ts'
import { ocspRequest } from '../../../../src/trust/revocation/ocsp-request.ts'
import { ocspVerdict } from '../../../../src/trust/revocation/ocsp-verdict.ts'
import { issue, ocspSigning } from '../../../support/issued.ts'
import type { Issued } from '../../../support/issued.ts'
import { ocspReply } from '../../../support/ocsp.ts'
import { holds } from '../../../support/property.ts'

const nonce = Buffer.alloc(32, 5)

for (const kind of ['ec', 'rsa', 'ed']) {
  test(`OpenSSL understands the question and we its answer: an issuer with an ${kind} key`, t => {
    const dir = t.testdir()
    const authority = issue({ cn: 'Root', key: `${kind} root`, ca: true })
    const signer = issue({ cn: 'Responder', key: `${kind === 'ed' ? 'ec' : kind} responder`, by: authority, eku: [ocspSigning] })
    const [fine, revoked, unheard] = [issue({ cn: 'fine', by: authority }), issue({ cn: 'revoked', by: authority }), issue({ cn: 'unheard', by: authority })]
    const write = (name: string, content: string): string => {
      writeFileSync(join(dir, name), content)
      return join(dir, name)
    }
    const line = ({ certificate }: Issued, state: string): string => `${state}\t${certificate.serialNumber}\tunknown\t/CN=x\n`
    const index = write('index.txt', line(fine, 'V\t351231235959Z\t') + line(revoked, 'R\t351231235959Z\t200101000000Z,superseded'))
    const ca = write('ca.pem', authority.pem)
    const rsigner = write('signer.pem', signer.pem)
    const rkey = write('signer.key', signer.key.export({ type: 'pkcs8', format: 'pem' }).toString())
    const answered = (about: Issued): Buffer => {
      writeFileSync(join(dir, 'question'), ocspRequest({ certificate: about.certificate, issuer: authority.certificate }, nonce))
      execFileSync('openssl', ['ocsp', '-index', index, '-CA', ca, '-rsigner', rsigner, '-rkey', rkey, '-reqin', join(dir, 'question'), '-respout', join(dir, 'answer'), '-ndays', '1'], { stdio: 'pipe' })
      return readFileSync(join(dir, 'answer'))
    }
    const verdict = (about: Issued, answer = answered(about), asked = nonce) => ocspVerdict(answer, { certificate: about.certificate, issuer: authority.certificate, nonce: asked, nonceRequired: true }, new Date())
    t.match(verdict(fine), { kind: 'good' })
    t.match(verdict(revoked), { kind: 'revoked', revoked: { reason: 'superseded', at: new Date('2020-01-01T00:00:00Z') } })
    t.match(verdict(unheard), { kind: 'unusable', why: /does not know/ })
    t.match(verdict(revoked, answered(fine)), { kind: 'unusable', why: /another certificate/ })
    t.match(verdict(fine, answered(fine), Buffer.alloc(32)), { kind: 'unusable', why: /nonce/ })
    t.end()
  })
}

test('no changed or cut answer is good, and none throws', async t => {
  const authority = issue({ cn: 'Root', ca: true })
  const about = issue({ cn: 'leaf', by: authority })
  const question = { certificate: about.certificate, issuer: authority.certificate, nonce: null, nonceRequired: false }
  const genuine = ocspReply({ about })
  const now = new Date()
  t.match(ocspVerdict(genuine, question, now), { kind: 'good' })
  await holds(t, fc.property(fc.nat(genuine.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, change, cut) => {
    const bytes = Buffer.from(cut ? genuine.subarray(0, at) : genuine)
    if (!cut) bytes[at] = (bytes[at] ?? 0) ^ change
    const { kind } = ocspVerdict(bytes, question, now)
    // what is not signed is the frame around: a byte of it may be another without harm, as the tag of an element that is not looked at
    if (kind === 'good') return !cut && ocspVerdict(bytes, { ...question, issuer: issue({ cn: 'Root', key: 'other', ca: true }).certificate }, now).kind !== 'good'
    return kind === 'unusable'
  }), { numRuns: 400 })
  await holds(t, fc.property(fc.uint8Array({ maxLength: 200 }), bytes => ocspVerdict(Buffer.from(bytes), question, now).kind === 'unusable'))
})

test('an answer is kept to its end, asked for again before, at least once a day, and not kept when the clock was set back', t => {
  const cache = new OcspCache()
  const authority = issue({ cn: 'Root', ca: true })
  const pair = (n: number) => ({ certificate: issue({ cn: `leaf ${n}`, key: 'leaf', by: authority }).certificate, issuer: authority.certificate })
  const [now, hour] = [Date.now(), 3_600_000]
  const [short, long] = [pair(1), pair(2)]
  cache.keep(short, { thisUpdate: new Date(now), until: new Date(now + hour) }, new Date(now))
  cache.keep(long, { thisUpdate: new Date(now), until: new Date(now + 1000 * hour) }, new Date(now))
  const at = (which: typeof short, hours: number) => cache.get(which, new Date(now + hours * hour))
  t.match(at(short, 0.74), { until: new Date(now + hour), isDue: false })
  t.match(at(short, 0.76), { isDue: true })
  t.match(at(short, 0.999), { isDue: true }, 'it holds all the same')
  t.equal(at(short, 1), null)
  t.match(at(long, 23), { isDue: false })
  t.match(at(long, 25), { isDue: true })
  cache.delete(long)
  t.equal(at(long, 1), null)
  cache.keep(long, { thisUpdate: new Date(now), until: new Date(now + 1000 * hour) }, new Date(now))
  t.equal(at(long, -2), null)
  t.equal(at(long, 0), null, 'it was given up')
  t.end()
})
