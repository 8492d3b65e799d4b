/** What OCSP has proven is proven again before it ends, and a remote that has been revoked loses its link. */
import { test } from 'tap'
import { StandingProof } from '../../../src/reload/standing-proof.ts'
import type { CanaryVerdict } from '../../../src/trust/canary.ts'
import { HandshakeError, handshakeCodes } from '../../../src/trust/errors.ts'
import { answerInUse } from '../../../src/trust/in-use.ts'
import type { InUse } from '../../../src/trust/in-use.ts'
import { keepingLogger } from '../../support/bridge-rig.ts'
import type { LogLine } from '../../support/bridge-rig.ts'
import { issue } from '../../support/issued.ts'

const certificate = issue({ cn: 'server' }).certificate
const hour = 3_600_000
const until = (hours: number): InUse => answerInUse(certificate, new Date(), new Date(Date.now() + hours * hour))
const refusedFor = (code: typeof handshakeCodes[keyof typeof handshakeCodes]): CanaryVerdict => ({ kind: 'refused', reason: new HandshakeError(code, 'h:1 is not trusted') })

function proving (t: { teardown (clean: () => void): void }, verdicts: CanaryVerdict[], isUp = true) {
  const log: LogLine[] = []
  const counts = { tried: 0, refused: 0 }
  const proof = new StandingProof({
    isUp: () => isUp,
    tryRemote: async () => {
      counts.tried++
      return verdicts.shift() ?? { kind: 'accepted' }
    },
    refused: () => { counts.refused++ },
    logger: keepingLogger(log)
  })
  t.teardown(() => proof.stop())
  return { proof, counts, log }
}

test('newer answers take the place of those before; where none come they stay', async t => {
  const newer = until(48)
  const { proof, counts } = proving(t, [{ kind: 'accepted', answers: [] }, { kind: 'accepted', answers: [newer] }])
  const first = until(1)
  proof.replace([first])
  await proof.look()
  t.same(proof.answers, [first])
  await proof.look()
  t.same(proof.answers, [newer])
  t.same(counts, { tried: 2, refused: 0 })
})

test('one that is revoked is refused; one of which nothing is known keeps its link', async t => {
  const { proof, counts, log } = proving(t, [refusedFor(handshakeCodes.ocsp), { kind: 'unreachable', reason: new HandshakeError(handshakeCodes.timeout, 'h:1 does not answer') }, refusedFor(handshakeCodes.revoked)])
  proof.replace([until(1)])
  await proof.look()
  await proof.look()
  t.equal(counts.refused, 0)
  t.same(log, [])
  await proof.look()
  t.equal(counts.refused, 1)
  t.match(log, [{ level: 'warn', code: 'CW_TLS_REVOKED', message: /not accepted any more/ }])
})

test('nobody is dialled without a link, nor after the end', async t => {
  const down = proving(t, [], false)
  down.proof.replace([until(1)])
  await down.proof.look()
  t.equal(down.counts.tried, 0)
  const ended = proving(t, [])
  ended.proof.replace([until(1)])
  ended.proof.stop()
  await ended.proof.look()
  t.equal(ended.counts.tried, 0)
})
