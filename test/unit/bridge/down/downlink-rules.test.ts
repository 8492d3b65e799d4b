import { test } from 'tap'
import { DownlinkRules } from '../../../../src/bridge/down/downlink-rules.ts'
import { downRule } from '../../../support/bridge-rig.ts'

function lands (rules: DownlinkRules, topic: string): string | null {
  const bytes = Buffer.from(`<${topic}>`)
  return rules.landingOf(bytes, 1, bytes.length - 1).topic
}

test('of several rules for a topic the first one decides, and one that excludes it is none for it', async t => {
  const rules = new DownlinkRules([
    downRule('fleet/17/#', '', { exclude: ['fleet/17/raw/#'], prefix: 'first/' }),
    downRule('fleet/+/cmd', 'site/{1}/cmd'),
    downRule('fleet/#', '', { prefix: 'last/', qos: 0, retain: true })
  ])
  for (let again = 0; again < 2; again++) {
    t.equal(lands(rules, 'fleet/17/cmd'), 'first/fleet/17/cmd')
    t.equal(lands(rules, 'fleet/18/cmd'), 'site/18/cmd')
    t.equal(lands(rules, 'fleet/17/raw/x'), 'last/fleet/17/raw/x')
    t.equal(lands(rules, 'other'), null)
  }
  const bytes = Buffer.from('fleet/x')
  t.match(rules.landingOf(bytes, 0, bytes.length), { qos: 0, retain: true })
})

test('nothing lands where only the broker speaks, and no name is longer than it may be', async t => {
  const rules = new DownlinkRules([downRule('#', '', { prefix: '$SYS/' })])
  t.equal(lands(rules, 'a'), null)
  const long = new DownlinkRules([downRule('#', '', { prefix: 'p/' })])
  t.equal(lands(long, 'x'.repeat(65_534)), null)
  t.equal(lands(long, 'x'.repeat(65_533))?.length, 65_535)
})
