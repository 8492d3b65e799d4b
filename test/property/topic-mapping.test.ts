/** The compiled mapping against the five steps of NanoMQ's, written down as they are described. */
import fc from 'fast-check'
import { test } from 'tap'
import { matches } from '../../src/mqtt/topic-filter.ts'
import { compileMapping } from '../../src/relay/topic-mapping.ts'
import { holds } from '../support/property.ts'

const level = fc.constantFrom('', 'a', 'b', 'ab')
const name = fc.array(level, { minLength: 1, maxLength: 6 }).map(levels => levels.join('/')).filter(topic => topic !== '')
const filter = fc.tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 5 }), fc.boolean())
  .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'))
  .filter(text => text !== '')
const affix = fc.constantFrom('', 'x', 'x/', '/x')

/** A topic that the filter matches. */
function topicFor (source: string): fc.Arbitrary<string> {
  const levels = source.split('/')
  const open = levels.at(-1) === '#'
  const fixed = open ? levels.slice(0, -1) : levels
  return fc.tuple(
    fc.tuple(...fixed.map(text => text === '+' ? level : fc.constant(text))),
    open ? fc.array(level, { maxLength: 3 }) : fc.constant([])
  ).map(([head, tail]) => [...head, ...tail].join('/')).filter(topic => topic !== '' && matches(source, topic))
}

function steps (source: string, target: string, topic: string): string {
  if (target === '') return topic
  if (!/[+#]/.test(target)) return target
  const before = source.slice(0, source.indexOf(target))
  const rest = topic.split('/').slice(before.split('/').length - 1)
  return (source.endsWith(target) && before + target === source ? rest : rest.slice(0, target.split('/').length)).join('/')
}

test('agrees with a plain transcription on each topic that the source matches', async t => {
  const cases = filter.chain(source => fc.tuple(
    fc.constant(source),
    fc.oneof(
      name, fc.constant(''),
      fc.tuple(fc.nat(source.length), fc.nat(source.length)).map(([a, b]) => source.slice(Math.min(a, b), Math.max(a, b)))
    ),
    affix, affix, topicFor(source)
  ))
  await holds(t, fc.property(cases, ([source, target, prefix, suffix, topic]) => {
    const mapping = compileMapping({ source, target, prefix, suffix })
    if (mapping.refused) throw new Error(mapping.reason)
    const wanted = (prefix + steps(source, target, topic) + suffix) || topic
    return mapping.map(topic) === wanted && (!mapping.sameTopic || wanted === topic)
  }), { numRuns: 2000 })
})
