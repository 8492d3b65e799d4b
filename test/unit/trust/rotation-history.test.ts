import { test } from 'tap'
import { RotationHistory } from '../../../src/trust/rotation-history.ts'

const step = { at: 1, durationMs: 2, generation: 1, fingerprint: 'a', reason: '' } as const

test('the last steps are kept, oldest first; what repeats is counted', t => {
  const history = new RotationHistory(3)
  history.add({ ...step, step: 'detected' })
  history.add({ ...step, step: 'valid' })
  for (const at of [1, 2, 3]) history.add({ ...step, step: 'refused', at, reason: 'no' })
  t.match(history.steps, [{ step: 'detected', times: 1 }, { step: 'valid', times: 1 }, { step: 'refused', times: 3, at: 3 }])
  history.add({ ...step, step: 'refused', reason: 'another' })
  t.match(history.steps, [{ step: 'valid' }, { step: 'refused', reason: 'no' }, { step: 'refused', reason: 'another', times: 1 }])
  t.throws(() => (history.steps as unknown[]).push(1), 'nobody else writes it')
  t.end()
})
