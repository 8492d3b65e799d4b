/** What happens at a site, as data: so that it can be made at random, printed, made smaller and played again. */
import fc from 'fast-check'
import type { PlainRule, Qos } from './plain-rules.ts'
import type { Level, SubscriptionOptions } from './plain-wire.ts'

export const DEVICES = 3
export const BRIDGES = 2

export interface PlannedDevice {
  readonly level: Level
  /** Topic aliases it takes, where it speaks MQTT 5. */
  readonly aliases: number
  readonly clean: boolean
  /** QoS of its will; null: it has none. */
  readonly will: Qos | null
}

export interface PlannedBridge {
  readonly level: Level
  readonly durable: boolean
  /** What came by the other bridge goes on by this one. */
  readonly bridged: boolean
  readonly rules: readonly PlainRule[]
}

/** The same message so many times, with a payload of its own each time. */
export interface PlannedMessages {
  readonly device: number
  readonly topic: string
  readonly qos: Qos
  readonly retain: boolean
  /** Empty payloads, which delete what is retained. */
  readonly empty: boolean
  readonly count: number
}

export interface Burst {
  readonly do: 'burst'
  readonly messages: readonly PlannedMessages[]
  /** Sizes in which the bytes of each device are written, over and over. */
  readonly chunks: readonly number[]
  /** A device whose connection breaks after so many bytes, and which comes back. */
  readonly dies: { readonly device: number, readonly after: number } | null
  /** A remote that breaks the link at so many messages; before it answers the last of them, or after. */
  readonly cut: { readonly bridge: number, readonly after: number, readonly answers: boolean } | null
}

/** A remote publishes to its bridge; after so many messages the link breaks, where that is said. */
export interface Down {
  readonly do: 'down'
  readonly bridge: number
  readonly messages: readonly { readonly topic: string, readonly qos: Qos, readonly count: number }[]
  readonly breaksAfter: number | null
}

/** The edge dies while devices publish: when one of them has written so many bytes. */
export interface Crash {
  readonly do: 'crash'
  readonly messages: readonly PlannedMessages[]
  readonly chunks: readonly number[]
  readonly device: number
  readonly after: number
}

export type Step = Burst
  | Down
  | { readonly do: 'subscribe', readonly device: number, readonly filter: string, readonly qos: Qos, readonly options: SubscriptionOptions }
  | { readonly do: 'unsubscribe', readonly device: number, readonly filter: string }
  | { readonly do: 'leave', readonly device: number, readonly says: boolean }
  /** Connects; where it is connected, a second connection takes its place. `kept` is for MQTT 5. */
  | { readonly do: 'come', readonly device: number, readonly clean: boolean, readonly kept: boolean }
  | { readonly do: 'link', readonly bridge: number, readonly up: boolean, readonly forgets: boolean }
  | Crash
  /** The edge starts again, after it has stopped or died. */
  | { readonly do: 'restart', readonly dies: boolean }

export interface Plan {
  /** Sessions and retained messages are on disk. */
  readonly stored: boolean
  readonly devices: readonly PlannedDevice[]
  readonly bridges: readonly PlannedBridge[]
  readonly steps: readonly Step[]
}

const qos: fc.Arbitrary<Qos> = fc.constantFrom(0, 1, 2)
const level = fc.constantFrom<Level>(4, 5)
const device = fc.nat(DEVICES - 1)
const bridge = fc.nat(BRIDGES - 1)

/** `a/d1/x`, and the like. Each device has topics of its own, so that it decides what is retained under them. */
function topicOf (of: number): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom('a', 'b', '$c'), fc.constantFrom('x', 'y', 'x/deep')).map(([root, leaf]) => `${root}/d${of}/${leaf}`)
}

const plainFilter = fc.constantFrom('#', 'a/#', 'b/#', '$c/#', 'a/+/x', '+/d0/#', '+/d1/y', 'b/d2/x/deep', '+/+/+', 'a/d1', 'a/+/x/#', '+/w')

/** So few that devices share a group. */
const groupFilter = fc.constantFrom('$share/g/#', '$share/g/#', '$share/g/a/#', '$share/h/a/#', '$share/g/+/+/x')

const filter = fc.oneof({ weight: 4, arbitrary: plainFilter }, { weight: 3, arbitrary: fc.constantFrom('#', 'a/#') }, { weight: 3, arbitrary: groupFilter })

/** A protocol error is not planned [MQTT-3.8.3-4]. */
const isShared = (one: string): boolean => one.startsWith('$share/')

const options: fc.Arbitrary<SubscriptionOptions> = fc.record({ noLocal: fc.boolean(), retainAsPublished: fc.boolean(), retainHandling: fc.constantFrom(0, 0, 1, 2) })

/** Filters of rules, and what each may be renamed to. */
const targets: Readonly<Record<string, readonly string[]>> = {
  'a/#': ['', 'one/name', 'up/{1}', '#'],
  'a/+/x': ['', 'by/{1}', 'a/x'],
  '+/d1/#': ['', '{2}/of/{1}', 'd1/#'],
  'b/#': ['', 'a/{1}', 'b/#'],
  '$c/#': ['', 'c/{1}'],
  '#': [''],
  '+/+/x/deep': ['', '{2}/{1}', 'x/deep'],
  '+/w': ['', 'wills/{1}']
}

const rule: fc.Arbitrary<PlainRule> = fc.constantFrom(...Object.keys(targets)).chain(source => fc.record({
  filter: fc.constant(source),
  target: fc.constantFrom(...targets[source] ?? ['']),
  prefix: fc.constantFrom('', '', 'p/'),
  suffix: fc.constantFrom('', '', '/s'),
  qos: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, qos),
  retain: fc.constantFrom(null, null, true, false),
  exclude: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(plainFilter, { minLength: 1, maxLength: 2 }))
}))

const messages: fc.Arbitrary<PlannedMessages> = device.chain(from => fc.record({
  device: fc.constant(from),
  topic: topicOf(from),
  qos,
  retain: fc.boolean(),
  empty: fc.nat(5).map(one => one === 0),
  count: fc.constantFrom(1, 1, 2, 5, 20)
}))

function rarely<T> (what: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, what)
}

const mostly = fc.nat(3).map(one => one > 0)

const traffic = {
  messages: fc.array(messages, { minLength: 1, maxLength: 8 }),
  chunks: fc.array(fc.constantFrom(1, 2, 3, 7, 30, 200, 5000), { minLength: 1, maxLength: 4 })
}

const crash: fc.Arbitrary<Crash> = fc.record({ do: fc.constant('crash' as const), ...traffic, device, after: fc.nat(1500) })

const burst: fc.Arbitrary<Burst> = fc.record({
  do: fc.constant('burst' as const),
  ...traffic,
  dies: rarely(fc.record({ device, after: fc.nat(400) })),
  cut: rarely(fc.record({ bridge, after: fc.integer({ min: 1, max: 20 }), answers: fc.boolean() }))
})

const down: fc.Arbitrary<Down> = fc.record({
  do: fc.constant('down' as const),
  bridge,
  messages: fc.array(fc.record({ topic: fc.constantFrom('cmd/w', 'cmd/d0/x', 'cmd/d1/y'), qos, count: fc.constantFrom(1, 2, 10) }), { minLength: 1, maxLength: 4 }),
  breaksAfter: rarely(fc.nat(20))
})

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: down },
  { weight: 6, arbitrary: burst },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('subscribe' as const), device, filter, qos, options }).map(each => isShared(each.filter) ? { ...each, options: { ...each.options, noLocal: false } } : each) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unsubscribe' as const), device, filter }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), device, says: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('come' as const), device, clean: mostly.map(one => !one), kept: mostly }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('link' as const), bridge, up: fc.boolean(), forgets: fc.boolean() }) },
  { weight: 1, arbitrary: crash },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), dies: fc.boolean() }) }
)

export const plan: fc.Arbitrary<Plan> = fc.record({
  stored: mostly,
  devices: fc.array(fc.record({ level, aliases: fc.constantFrom(0, 2), clean: mostly.map(one => !one), will: rarely(qos) }), { minLength: DEVICES, maxLength: DEVICES }),
  bridges: fc.array(fc.record({ level, durable: fc.boolean(), bridged: fc.boolean(), rules: fc.array(rule, { minLength: 1, maxLength: 4 }) }), { minLength: BRIDGES, maxLength: BRIDGES }),
  steps: fc.array(step, { minLength: 10, maxLength: 25, size: 'max' })
})
