import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { silentLogger } from '../../../src/logger.ts'
import type { CanaryVerdict } from '../../../src/trust/canary.ts'
import { HandshakeError, TrustError, handshakeCodes, trustCodes } from '../../../src/trust/errors.ts'
import { Rotation } from '../../../src/trust/rotation.ts'
import type { Generation, RotationOptions } from '../../../src/trust/rotation.ts'
import { eventually } from '../../support/eventually.ts'

const refused: CanaryVerdict = { kind: 'refused', reason: new HandshakeError(handshakeCodes.unknownAuthority, 'not trusted') }

/** Content is the fingerprint; `bad` is refused. */
async function rotating (t: Test, more: Partial<RotationOptions<Generation>> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-rotation-'))
  const file = join(dir, 'ca.pem')
  await writeFile(file, 'one')
  const rotation = new Rotation<Generation>({
    files: [file],
    read: async () => {
      const fingerprint = (await readFile(file)).toString()
      if (fingerprint.startsWith('bad')) throw new TrustError(trustCodes.pemInvalid, fingerprint)
      return { fingerprint, warnings: [] }
    },
    canary: async () => ({ kind: 'accepted' }),
    strategy: 'canary',
    canaryGraceMs: null,
    logger: silentLogger,
    watch: { events: false, pollMs: 600_000 },
    retriesMs: [10],
    ...more
  })
  const stages: string[] = []
  const committed: string[] = []
  rotation.onStatus(({ stage }) => stages.push(stage.name))
  rotation.onCommitted(({ fingerprint }) => committed.push(fingerprint))
  t.teardown(async () => {
    await rotation.stop()
    await rm(dir, { recursive: true })
  })
  await rotation.start()
  return { rotation, stages, committed, put: async (content: string) => { await writeFile(file, content); await rotation.check() } }
}

test('read, tried, committed; what is there already is no change', async t => {
  const { rotation, stages, committed, put } = await rotating(t)
  t.match(rotation.status, { generation: 1, fingerprint: 'one', stage: { name: 'settled' } })
  t.same(committed, [], 'the first takes nobody\'s place')
  await put('two')
  t.same(stages.slice(-3), ['reading', 'canary', 'settled'])
  t.match(rotation.status, { generation: 2, fingerprint: 'two', last: { result: 'proven', reason: '' } })
  await put('two')
  t.same(committed, ['two'])
})

test('a bad file leaves the last good one; mended it goes on', async t => {
  const { rotation, put } = await rotating(t)
  await put('bad')
  t.match(rotation.status, { generation: 1, fingerprint: 'one', stage: { name: 'invalid', reason: { message: 'bad' } }, last: { result: 'invalid' } })
  t.equal(rotation.serving().fingerprint, 'one')
  await put('one')
  t.equal(rotation.status.stage.name, 'settled')
  t.equal(rotation.status.generation, 1)
})

test('refused by the canary: staged, tried again, committed when it is accepted', async t => {
  let tries = 0
  const { rotation, put } = await rotating(t, { canary: async () => ++tries < 4 ? refused : { kind: 'accepted' } })
  await put('two')
  t.match(rotation.status, { generation: 1, stage: { name: 'staged', candidate: 'two', reason: { message: 'not trusted' } } })
  await eventually('it is committed', () => rotation.status.generation === 2)
  t.equal(tries, 4)
  t.equal(rotation.status.last?.result, 'proven')
})

test('forced by an operator, or by canary_grace', async t => {
  const never = await rotating(t, { canary: async () => refused, retriesMs: [600_000] })
  t.equal(never.rotation.commit(), false, 'nothing is staged')
  await never.put('two')
  t.equal(never.rotation.commit(), true)
  t.match(never.rotation.status, { generation: 2, fingerprint: 'two', last: { result: 'forced' } })
  const grace = await rotating(t, { canary: async () => refused, canaryGraceMs: 50 })
  await grace.put('two')
  t.equal(grace.rotation.status.stage.name, 'staged')
  await eventually('the grace is over', () => grace.rotation.status.generation === 2)
  t.equal(grace.rotation.status.last?.result, 'forced')
})

test('enforce and lazy ask no canary; a remote that is down proves nothing', async t => {
  for (const strategy of ['enforce', 'lazy'] as const) {
    const { rotation, put } = await rotating(t, { strategy, canary: async () => { throw new Error('was asked') } })
    await put('two')
    t.match(rotation.status, { generation: 2, last: { result: 'unproven', reason: `strategy is ${strategy}` } })
  }
  const reason = new HandshakeError(handshakeCodes.unreachable, 'down')
  const { rotation, put } = await rotating(t, { canary: async () => ({ kind: 'unreachable', reason }) })
  await put('two')
  t.match(rotation.status, { generation: 2, last: { result: 'unproven', reason: 'down' } })
})

test('the latest content wins: a canary of what is not in the files any more is given up', async t => {
  const asked: string[] = []
  const { rotation, committed, put } = await rotating(t, {
    canary: async ({ fingerprint }, signal) => {
      asked.push(fingerprint)
      if (fingerprint === 'two') await new Promise(resolve => signal.addEventListener('abort', resolve))
      return { kind: 'accepted' }
    }
  })
  const first = put('two')
  await eventually('the canary is out', () => asked.length === 1)
  await put('three')
  await first
  t.same(asked, ['two', 'three'])
  t.same(committed, ['three'])
  t.equal(rotation.status.generation, 2)
})
