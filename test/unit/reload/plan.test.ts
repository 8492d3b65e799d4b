import { test } from 'tap'
import { outcomeText } from '../../../src/reload/outcome-text.ts'
import type { Stated } from '../../../src/reload/changes.ts'
import { type ReloadPlan, planReload } from '../../../src/reload/plan.ts'
import { inspectText } from '../../support/config-text.ts'

const north = 'server = "mqtt-tcp://a:1", forwards = [ { local_topic = "a/#", remote_topic = "" }, { local_topic = "b/#", remote_topic = "" } ]'

function stated (text: string): Stated {
  const { config, report } = inspectText(text)
  if (config === null) throw new Error(JSON.stringify(report.problems))
  return { config, report }
}

function plan (before: string, after: string): ReloadPlan {
  return planReload(stated(before), stated(after))
}

test('other words for the same are no change', t => {
  t.same(plan(`bridges.mqtt.north { ${north}, keepalive = 60s }`, `# a remark\n\nbridges { mqtt { north { keepalive : 1m\n${north} } } }\nlimits { max_will_size = 64KB }`), { kind: 'unchanged' })
  t.end()
})

test('the order of rules is a change, as the first match decides', t => {
  const turned = 'server = "mqtt-tcp://a:1", forwards = [ { local_topic = "b/#", remote_topic = "" }, { local_topic = "a/#", remote_topic = "" } ]'
  t.match(plan(`bridges.mqtt.north { ${north} }`, `bridges.mqtt.north { ${turned} }`), { changes: { bridges: { changed: [{ rules: true, link: false }] } } })
  t.end()
})

test('a rule that needs a queue that was not made at the start is refused, one that needs none of several is not', t => {
  const text = (priority: string, durability = 'memory'): string => `bridges.mqtt.north { ${north.replace('remote_topic = "" } ]', `remote_topic = "", priority = ${priority}, durability = ${durability} } ]`)} }`
  t.match(plan(text('normal'), text('high')), { kind: 'refused', keys: [{ key: 'bridges.mqtt.north.forwards[1].priority', before: 'normal', after: 'high' }] })
  t.match(plan(text('normal'), text('normal', 'remote')), { kind: 'refused', keys: [{ key: 'bridges.mqtt.north.forwards[1].durability' }] })
  t.match(plan(text('high'), text('normal')), { changes: { bridges: { changed: [{ rules: true, link: false }] } } })
  t.end()
})

test('a bridge that is disabled may become anything; one that is enabled starts', t => {
  const off = `bridges.mqtt.north { ${north}, enable = false }`
  t.match(plan(off, `bridges.mqtt.north { ${north}, enable = false, proto_ver = 5, durability = remote }`), { kind: 'changes' })
  t.match(plan(off, `bridges.mqtt.north { ${north}, proto_ver = 5 }`), { told: [{ what: 'started' }], changes: { bridges: { added: [{ protoVer: 5 }], removed: [{ enable: false }] } } })
  t.match(plan(`bridges.mqtt.north { ${north} }`, off), { told: [{ part: 'bridges.mqtt.north', what: 'stopped: enable is false' }] })
  t.end()
})

test('another directory of the spool is one key, not one for each bridge', t => {
  const text = (dir: string): string => `spool { dir = "${dir}" }\nbridges.mqtt.north { ${north} }\nbridges.mqtt.south { ${north} }`
  t.match(plan(text('/a'), text('/b')), { kind: 'refused', keys: [{ key: 'spool.dir', before: '"/a"', after: '"/b"' }] })
  t.end()
})

test('secrets are not shown, and a change of one alone is one', t => {
  const text = (password: string): string => `bridges.mqtt.north { ${north}, username = u, password = "${password}" }`
  const changed = plan(text('first'), text('second'))
  t.match(changed, { kind: 'changes', told: [{ part: 'bridges.mqtt.north', what: 'another connection takes over' }] })
  t.notMatch(JSON.stringify(changed.kind === 'changes' ? changed.told : ''), /first|second/)
  t.end()
})

test('a listener: files renew it, all else opens it anew', t => {
  const text = (more: string): string => `listeners.ssl { bind = "127.0.0.1:8883", keyfile = k, ${more} }`
  t.match(plan(text('certfile = a'), text('certfile = b')), { changes: { listeners: { renewed: [{ name: 'ssl' }], replaced: [], added: [], removed: [] } } })
  t.match(plan(text('certfile = a'), text('certfile = a, verify_peer = true, cacertfile = c')), { changes: { listeners: { renewed: [], replaced: [{ before: { name: 'ssl' } }] } } })
  t.end()
})

test('for people', t => {
  t.equal(outcomeText({ kind: 'unchanged' }), 'nothing changes\n')
  t.equal(outcomeText({ kind: 'refused', keys: [{ key: 'persistence.dir', before: '', after: '/x' }] }), 'refused: these keys need a restart\n  persistence.dir: none -> /x\n')
  t.equal(outcomeText({ kind: 'invalid', problems: [{ path: 'a.b', place: null, message: 'is wrong', hint: 'Mend it', code: '' }] }), 'not valid\n  a.b: is wrong. Mend it\n')
  t.end()
})
