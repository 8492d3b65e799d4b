import { test } from 'tap'
import { PublishGate } from '../../../src/broker/publish-gate.ts'

test('one at a time, in order, however they pass', async t => {
  const gate = new PublishGate(4)
  const started: number[] = []
  const open: (() => void)[] = []
  for (let i = 0; i < 6; i++) {
    gate.enter({
      start: () => {
        started.push(i)
        if (i % 2 === 0) open.push(() => gate.passed())
        else gate.passed()
      }
    })
  }
  t.same(started, [0])
  t.ok(gate.crowded)
  let calm = 0
  gate.whenCalm(() => calm++)
  open.shift()?.()
  t.same(started, [0, 1, 2])
  t.equal(calm, 0)
  open.shift()?.()
  t.same(started, [0, 1, 2, 3, 4])
  t.equal(calm, 1, 'half of it is through')
  open.shift()?.()
  t.same(started, [0, 1, 2, 3, 4, 5])
  t.equal(gate.length, 0)
})

test('a hundred thousand that pass at once stay off the stack', async t => {
  const gate = new PublishGate(1)
  let passed = 0
  let letGo = (): void => {}
  gate.enter({ start: () => { letGo = () => gate.passed() } })
  for (let i = 0; i < 100_000; i++) gate.enter({ start: () => { passed++; gate.passed() } })
  letGo()
  t.equal(passed, 100_000)
})
