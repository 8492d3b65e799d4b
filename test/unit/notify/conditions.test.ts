import { test } from 'tap'
import type { Bridge } from '../../../src/bridge/bridge.ts'
import type { QueueFigures } from '../../../src/bridge/bridge-figures.ts'
import type { BridgeState } from '../../../src/bridge/bridge-state.ts'
import { BridgeError } from '../../../src/bridge/errors.ts'
import { BridgeCounters } from '../../../src/metrics/bridge-counters.ts'
import { type AlertSource, Conditions } from '../../../src/notify/conditions.ts'
import type { InUseStanding } from '../../../src/trust/expiry-monitor.ts'
import type { RotationStage } from '../../../src/trust/rotation-state.ts'
import { configOf } from '../../support/config-text.ts'

const config = configOf('alerts { bridge_down = 5m, queue_full = 80 }\nbridges.mqtt.north { server = "mqtt-tcp://h:1", max_send_queue_len = 100 }')
const reason = new BridgeError('CW_BRIDGE_UNREACHABLE', 'nobody is there', { hint: 'Look' })

/** A bridge whose figures the test sets. */
interface Figures { state: BridgeState, queued: number, others: QueueFigures[], readonly counters: BridgeCounters }

function rig (more: Partial<AlertSource> = {}): { readonly bridge: Figures, readonly kindsAt: (seconds: number) => string[], readonly conditions: Conditions } {
  const bridge: Figures = { state: { name: 'dialling', since: 0 }, queued: 0, others: [], counters: new BridgeCounters() }
  const seen = Object.assign(bridge, { name: 'north', figures: { get queues () { return [{ priority: 'normal', isOnDisk: false, queued: bridge.queued, queuedBytes: 0, fill: bridge.queued / 100 }, ...bridge.others] } } }) as unknown as Bridge // what is looked at of one
  const source: AlertSource = { bridges: [seen], trust: [], certificates: [], lastReload: null, ...more }
  const conditions = new Conditions(source, config.alerts)
  return { bridge, conditions, kindsAt: seconds => conditions.look(seconds * 1000).map(({ kind, severity }) => `${kind} ${severity}`) }
}

test('a bridge that flaps is down; one that is switched off is not', t => {
  const { bridge, kindsAt, conditions } = rig()
  t.same(kindsAt(0), [])
  bridge.state = { name: 'up', since: 200_000, sessionPresent: true, clientId: 'north' }
  t.same(kindsAt(205), [], 'up for five seconds')
  bridge.state = { name: 'waiting', since: 206_000, reason, retryInMs: 1, failures: 1 }
  t.same(kindsAt(299), [])
  bridge.state = { name: 'dialling', since: 299_500 }
  t.match(conditions.look(300_000), [{ kind: 'bridge_down', severity: 'critical', code: reason.code, message: /nobody is there$/, hint: 'Look' }], 'with the reason of the last attempt')
  bridge.state = { name: 'up', since: 310_000, sessionPresent: true, clientId: 'north' }
  t.same(kindsAt(319), ['bridge_down critical'])
  t.same(kindsAt(320), [], 'up for ten seconds')
  bridge.state = { name: 'dialling', since: 330_000 }
  kindsAt(330)
  bridge.state = { name: 'disabled', since: 400_000 }
  t.same(kindsAt(1000), [])
  t.end()
})

test('a queue is told of at its mark and until it is ten percent below', t => {
  const { bridge, kindsAt, conditions } = rig()
  const at = (queued: number): string[] => {
    bridge.queued = queued
    return kindsAt(1)
  }
  t.same([at(79), at(80), at(71), at(70), at(69), at(79)], [[], ['queue_full warning'], ['queue_full warning'], ['queue_full warning'], [], []])
  t.same(at(100), ['queue_full critical'])
  bridge.others = [{ priority: 'low', isOnDisk: true, queued: 30, queuedBytes: 0, fill: 0.9 }]
  t.same(at(0), ['queue_full warning'], 'the fullest counts')
  t.match(conditions.look(1), [{ message: 'the queue of low priority of bridge north on disk is 90 % full: 30 messages wait for the remote', hint: /min_free/ }])
  t.end()
})

test('messages that are lost hold for ten minutes; QoS 0 without a link is none', t => {
  const { bridge, kindsAt, conditions } = rig()
  kindsAt(0)
  bridge.counters.droppedLinkDown = 1000
  t.same(kindsAt(1), [])
  bridge.counters.refusedByRemote = 3
  bridge.counters.droppedTooLarge = 1
  t.match(conditions.look(2000), [{ id: 'messages_lost:bridge:north', severity: 'critical', message: /3 refused by the remote, 1 larger than the remote takes/ }])
  t.equal(kindsAt(601).length, 2, 'and the bridge is down by then')
  t.same(kindsAt(602), ['bridge_down critical'])
  t.end()
})

test('certificates, files and reloads', t => {
  const item: InUseStanding = { kind: 'CA', subject: 'CN=Our CA', issuer: '', fingerprint: 'AB:CD:EF', notBefore: 0, notAfter: 86_400_000, file: '/etc/ca.pem', owner: { kind: 'bridge', name: 'north' }, daysLeft: 12, withinMs: null }
  const status = (stage: RotationStage): AlertSource['trust'][number] => ({ kind: 'bridge', name: 'north', status: { generation: 1, fingerprint: 'x', stage, last: null }, history: [] })
  const { conditions } = rig({
    bridges: [],
    certificates: [item, { ...item, withinMs: 1 }, { ...item, withinMs: 0, file: null, kind: 'remote certificate' }],
    trust: [
      status({ name: 'settled', since: 0 }),
      status({ name: 'staged', since: 0, candidate: 'y', reason, attempts: 1, retryInMs: 1 }),
      status({ name: 'invalid', since: 0, reason })
    ],
    lastReload: { at: 0, outcome: { kind: 'refused', keys: [{ key: 'spool.dir', before: 'a', after: 'b' }] } }
  })
  t.match(conditions.look(0), [
    { id: 'certificate_expiring:bridge:north:abcdef', severity: 'warning', message: /CA CN=Our CA of bridge north expires in 12 days/, hint: /Replace \/etc\/ca\.pem/ },
    { kind: 'certificate_expired', severity: 'critical', hint: /the remote's/ },
    { kind: 'candidate_refused', severity: 'warning', message: /nobody is there/, code: 'CW_BRIDGE_UNREACHABLE', hint: /causeway trust commit bridge north/ },
    { kind: 'files_invalid', severity: 'warning' },
    { kind: 'reload_refused', message: /spool\.dir need a restart/ }
  ])
  t.end()
})

test('a CA that is over is no more than a warning while another one vouches', t => {
  const ca = (fingerprint: string, withinMs: number | null): InUseStanding => ({ kind: 'CA', subject: 'CN=Our CA', issuer: '', fingerprint, notBefore: 0, notAfter: 1, file: '/etc/ca.pem', owner: { kind: 'bridge', name: 'north' }, daysLeft: -1, withinMs })
  const told = (...certificates: InUseStanding[]): string[] => rig({ bridges: [], certificates }).kindsAt(1)
  t.same(told(ca('AA', 0), ca('BB', null)), ['certificate_expired warning'])
  t.same(told(ca('AA', 0), ca('BB', 0)), ['certificate_expired critical', 'certificate_expired critical'])
  t.same(told(ca('AA', 0), { ...ca('BB', null), owner: { kind: 'bridge', name: 'south' } }), ['certificate_expired critical'], 'of another bridge')
  t.end()
})
