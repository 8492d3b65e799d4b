import { test } from 'tap'
import { LinkPace } from '../../../src/relay/link-pace.ts'

test('a link keeps pace for a quarter of a second after it has taken enough within one', t => {
  const pace = new LinkPace(1000)
  pace.note(0, 5000)
  t.ok(pace.leftMs(5000) <= 0, 'nothing is known at first')
  pace.note(600, 5100)
  t.ok(pace.leftMs(5100) <= 0)
  pace.note(1000, 5250)
  t.equal(pace.leftMs(5250), 250)
  t.equal(pace.leftMs(5500), 0)
  t.end()
})

test('what it has taken over a longer time does not count', t => {
  const pace = new LinkPace(1000)
  for (let i = 0; i <= 40; i++) pace.note(i * 300, 5000 + i * 100)
  t.ok(pace.leftMs(9000) <= 0, '3,000 bytes a second are too few')
  pace.note(13_000, 9251)
  t.ok(pace.leftMs(9251) <= 0, 'it came after a silence')
  for (let i = 1; i <= 4; i++) pace.note(13_000 + i * 300, 9251 + i * 60)
  t.ok(pace.leftMs(9491) > 0, '5,000 are enough')
  t.end()
})
