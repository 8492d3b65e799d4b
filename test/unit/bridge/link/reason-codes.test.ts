/** Every code that a server may send, in CONNACK and in DISCONNECT: its words, when it is tried again, and whether a message may be why. */
import { test } from 'tap'
import { Backoff } from '../../../../src/bridge/backoff.ts'
import { BridgeError, bridgeCodes } from '../../../../src/bridge/errors.ts'
import { reasonCodes, type Steer } from '../../../../src/bridge/link/reason-codes.ts'
import { blamesMessage, disconnectReason, Refusal } from '../../../../src/bridge/link/remote-reason.ts'
import { isNamed, waitAfter } from '../../../../src/bridge/link/steering.ts'

/** Of MQTT 5, tables 3-1 and 3-10, the rows that come from a server. */
const connack: readonly (readonly [code: number, steer: Steer, words: RegExp])[] = [
  [0x80, 'retry', /without saying why/],
  [0x81, 'slow', /could not read/],
  [0x82, 'slow', /error of protocol/],
  [0x83, 'retry', /does not accept it/],
  [0x84, 'give_up', /version of MQTT/],
  [0x85, 'give_up', /client id/],
  [0x86, 'give_up', /user name or password/],
  [0x87, 'give_up', /does not authorize/],
  [0x88, 'retry', /not available/],
  [0x89, 'slow', /busy/],
  [0x8a, 'give_up', /banned/],
  [0x8c, 'give_up', /authentication/],
  [0x90, 'slow', /topic of the will/],
  [0x95, 'slow', /too large/],
  [0x97, 'slow', /quota/],
  [0x99, 'slow', /payload of the will/],
  [0x9a, 'slow', /no retained messages/],
  [0x9b, 'slow', /QoS of the will/],
  [0x9c, 'elsewhere', /another server/],
  [0x9d, 'elsewhere', /moved for good/],
  [0x9f, 'slow', /no more connections/]
]
const disconnect: readonly (readonly [code: number, steer: Steer, blames: boolean, words: RegExp])[] = [
  [0x00, 'retry', false, /without saying why/],
  [0x80, 'retry', true, /without saying why/],
  [0x81, 'slow', true, /could not read/],
  [0x82, 'slow', true, /broke the protocol/],
  [0x83, 'retry', true, /does not accept it/],
  [0x87, 'give_up', true, /does not authorize/],
  [0x89, 'slow', false, /busy/],
  [0x8b, 'retry', false, /shutting down/],
  [0x8c, 'give_up', false, /authentication/],
  [0x8d, 'retry', false, /not heard of us/],
  [0x8e, 'slow', false, /another client with the same client id/],
  [0x8f, 'slow', false, /topic filter/],
  [0x90, 'slow', true, /topic name/],
  [0x93, 'retry', false, /more messages at once/],
  [0x94, 'retry', true, /topic alias/],
  [0x95, 'slow', true, /larger than it allows/],
  [0x96, 'slow', false, /faster than it allows/],
  [0x97, 'slow', false, /quota/],
  [0x98, 'slow', false, /operator/],
  [0x99, 'slow', true, /payload/],
  [0x9a, 'slow', true, /retained/],
  [0x9b, 'slow', true, /QoS/],
  [0x9c, 'elsewhere', false, /another server/],
  [0x9d, 'elsewhere', false, /moved for good/],
  [0x9e, 'slow', false, /shared subscriptions/],
  [0x9f, 'slow', false, /no more connections/],
  [0xa0, 'slow', false, /limited time/],
  [0xa1, 'slow', false, /subscription identifiers/],
  [0xa2, 'slow', false, /wildcards/]
]

test('CONNACK', async t => {
  for (const [code, steer, words] of connack) {
    t.match(new Refusal('mqtt-tcp://r:1', code, 5), { code: 'CW_BRIDGE_REFUSED', message: words, steer, hint: /./, returnCode: code }, `0x${code.toString(16)}`)
  }
  for (const [code, as] of [[1, 0x84], [2, 0x85], [3, 0x88], [4, 0x86], [5, 0x87]] as const) {
    const [old, now] = [new Refusal('r', code, 4), new Refusal('r', as, 5)]
    t.same([old.steer, old.hint], [now.steer, now.hint], `return code ${code} of 3.1.1`)
    t.match(old.message, new RegExp(`CONNACK ${code}\\)`))
  }
  t.match(new Refusal('r', 0xfe, 5), { steer: 'retry', message: 'r refuses the connection (CONNACK 0xfe)' }, 'a code nobody knows')
})

test('DISCONNECT', async t => {
  for (const [code, steer, blames, words] of disconnect) {
    const reason = disconnectReason('mqtt-tcp://r:1', code)
    t.match(reason, { code: 'CW_BRIDGE_DISCONNECTED', message: words, steer, hint: /./ }, `0x${code.toString(16)}`)
    t.equal(blamesMessage(code), blames, `0x${code.toString(16)} blames a message`)
  }
  t.ok(blamesMessage(null), 'no code at all, as of 3.1.1')
  t.ok(disconnectReason('r', 0x8e).isTakenOver)
  t.match(disconnectReason('r', 0xfe), { steer: 'retry', message: 'r ends the connection (DISCONNECT 0xfe)' }, 'a code nobody knows')
})

test('no code of the table is without a row here', async t => {
  t.same(reasonCodes.filter(each => each.connack !== null).map(({ code }) => code), connack.map(([code]) => code))
  t.same(reasonCodes.filter(each => each.disconnect !== null).map(({ code }) => code), disconnect.map(([code]) => code))
})

test('each way of steering has its wait', async t => {
  const alone = { hasAnother: false, sentAway: () => false }
  const waits = (code: number, connector = alone, times = 1): number => {
    const backoff = new Backoff(60_000, () => 0.999999)
    let wait = 0
    for (let i = 0; i < times; i++) wait = waitAfter(disconnectReason('r', code), connector, backoff)
    return wait
  }
  t.equal(waits(0x8b), 1500, 'retry: the usual wait')
  t.equal(waits(0x8e), 60_000, 'slow: a long one from the first time on')
  t.equal(waits(0x87), 1500, 'give up: it may have been a moment\'s fault of the remote')
  t.ok(waits(0x87, alone, 10) > 599_000, 'and then seldom')
  t.equal(waits(0x9c), 60_000, 'elsewhere, and there is nowhere else')
  t.ok(waits(0x9c, { hasAnother: false, sentAway: () => true }) <= 500, 'elsewhere')
  t.ok(waits(0x87, { hasAnother: true, sentAway: () => false }) <= 500, 'another server may take us')
  t.equal(waitAfter(new BridgeError(bridgeCodes.linkLost, 'lost'), alone, new Backoff(60_000, () => 0.999999)), 1500)
})

test('a Server Reference is compared and shown, and is no address', async t => {
  const b = { secure: true, host: 'b.example', port: 8883, url: 'tls+mqtt-tcp://b.example:8883' }
  t.ok(isNamed(b, 'B.example'))
  t.ok(isNamed(b, 'a.example:8883 b.example:8883'))
  t.notOk(isNamed(b, 'b.example:1883'))
  t.notOk(isNamed(b, 'xb.example'))
  t.ok(isNamed({ ...b, host: '::1' }, '[::1]:8883'))
  t.equal(disconnectReason('r', 0x9d, 'c.example:1\n2026 fake line').message, 'r has moved for good, c.example:1?2026?fake?line (DISCONNECT 0x9d)')
  t.ok(disconnectReason('r', 0x9d, 'x'.repeat(60_000)).message.length < 300)
})
