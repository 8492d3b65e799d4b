import { test } from 'tap'
import { deadLetterTopic, isDeadLetterTemplate } from '../../../src/config/dead-letter-topic.ts'
import { bridgeText, configOf, problemsOf } from '../../support/config-text.ts'

test('a template is a topic with an end that may stand for a topic', async t => {
  for (const good of ['dead', 'dead/{topic}', 'dead/{name}/{topic}', '$dead/{name}']) t.ok(isDeadLetterTemplate(good), good)
  for (const bad of ['', '{topic}', '/{topic}x', 'dead/{topic}/x', 'dead/#', 'dead/+/{topic}', 'dead/{clientid}', '$SYS/dead', 'dead{topic}']) t.notOk(isDeadLetterTemplate(bad), bad)
  t.match(problemsOf(bridgeText('dead_letter_topic = "#"')), [/dead_letter_topic .* must be a topic name without wildcards/])
})

test('the name of the bridge is one level, and a topic too long is left out', async t => {
  t.equal(deadLetterTopic('dead/{name}/{topic}', 'a/b', 'up/x'), 'dead/a%2Fb/up/x')
  t.equal(deadLetterTopic('dead/{name}', 'n', 'up/x'), 'dead/n')
  t.equal(deadLetterTopic('dead/{name}/{topic}', 'n', 'x'.repeat(65_530)), 'dead/n')
})

test('no bridge forwards the dead letters of any', async t => {
  const { bridges } = configOf(`${bridgeText('dead_letter_topic = "dead/{name}/{topic}"')}\n${bridgeText('dead_letter_topic = "lost"').replace('bridges.mqtt.b', 'bridges.mqtt.c')}`)
  t.same(bridges.map(({ forwards }) => forwards.map(({ exclude }) => exclude)), [[['dead/b/#', 'lost']], [['dead/b/#', 'lost']]])
})
