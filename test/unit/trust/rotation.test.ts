import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { silentLogger } from '../../../src/logger.ts'
import type { CanaryVerdict } from '../../../src/trust/canary.ts'
import { HandshakeError, TrustError, handshakeCodes, trustCodes } from '../../../src/trust/errors.ts'
import { Rotation } from '../../../src/trust/rotation.ts'
import type { Generation, RotationOptions } from '../../../src/trust/rotation-options.ts'
import { keepingLogger, type LogLine } from '../../support/bridge-rig.ts'
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
      return { fingerprint, warnings: [], inUse: [] }
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

test('each step is in the history, with reason and duration', async t => {
  let verdict: CanaryVerdict = refused
  const { rotation, put } = await rotating(t, { canary: async () => verdict, retriesMs: [600_000] })
  t.match(rotation.history, [{ step: 'detected' }, { step: 'valid', fingerprint: 'one' }, { step: 'committed', generation: 1, reason: 'unproven' }])
  await put('bad')
  await put('two')
  await rotation.check()
  await rotation.check()
  verdict = { kind: 'accepted', note: 'one of two was asked' }
  await rotation.check()
  rotation.note('cut over', 'two', 'nothing new went out for 12 ms', 40)
  t.match(rotation.history.slice(3), [
    { step: 'detected', generation: 1 },
    { step: 'invalid', fingerprint: null, reason: 'bad', generation: 1 },
    { step: 'detected' },
    { step: 'valid', fingerprint: 'two', times: 1 },
    { step: 'refused', fingerprint: 'two', reason: 'not trusted', times: 3 },
    { step: 'proven', fingerprint: 'two', reason: 'one of two was asked', generation: 1 },
    { step: 'committed', fingerprint: 'two', reason: 'proven: one of two was asked', generation: 2 },
    { step: 'cut over', fingerprint: 'two', durationMs: 40, generation: 2 }
  ])
  t.ok(rotation.history.every(({ at, durationMs }) => at > 0 && durationMs >= 0))
})

test('an operator gives a candidate up: it is not tried again until the files change, nor by a call to look', async t => {
  let tries = 0
  const { rotation, committed, put } = await rotating(t, { canary: async () => { tries++; return refused }, retriesMs: [20] })
  t.equal(rotation.abort(), false, 'there is none')
  await put('two')
  t.equal(rotation.abort(), true)
  t.equal(rotation.abort(), false, 'once')
  const triesThen = tries
  await rotation.check()
  await new Promise(resolve => setTimeout(resolve, 60))
  t.equal(tries, triesThen)
  t.match(rotation.status, { generation: 1, stage: { name: 'aborted', candidate: 'two' }, last: { result: 'aborted' } })
  await put('three')
  t.equal(rotation.status.stage.name, 'staged', 'other content is a new candidate')
  rotation.abort()
  t.equal(rotation.commit(), true, 'and may be taken after all')
  t.same(committed, ['three'])
})

test('an operator decides while the trial runs', async t => {
  const canary = async (_candidate: Generation, signal: AbortSignal): Promise<CanaryVerdict> => {
    await new Promise(resolve => signal.addEventListener('abort', resolve))
    return { kind: 'accepted' }
  }
  const given = await rotating(t, { canary })
  const putting = given.put('two')
  await eventually('the trial', () => given.rotation.status.stage.name === 'canary')
  given.rotation.abort()
  await putting
  t.match(given.rotation.status, { generation: 1, stage: { name: 'aborted' } })

  const taken = await rotating(t, { canary })
  const puttingToo = taken.put('two')
  await eventually('the trial', () => taken.rotation.status.stage.name === 'canary')
  t.equal(taken.rotation.commit(), true)
  await puttingToo
  t.match(taken.rotation.status, { generation: 2, stage: { name: 'settled' }, last: { result: 'forced' } })
})

test('the same bad content after good content is told again; while it stays it is told once', async t => {
  const log: LogLine[] = []
  const { rotation, put } = await rotating(t, { logger: keepingLogger(log) })
  await put('bad')
  await rotation.check()
  await put('one')
  await put('bad')
  t.equal(log.filter(({ level }) => level === 'warn').length, 2)
  t.equal(log.filter(({ message }) => message.includes('back to what is in use')).length, 1)
})
