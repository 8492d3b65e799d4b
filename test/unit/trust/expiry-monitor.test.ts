import { type Test, test } from 'tap'
import { ExpiryMonitor, type ExpiryEvent, type OwnedInUse } from '../../../src/trust/expiry-monitor.ts'
import { keepingLogger, type LogLine } from '../../support/bridge-rig.ts'

const DAY = 86_400_000
const start = Date.parse('2026-01-01T00:00:00Z')

function item (more: Partial<OwnedInUse> = {}): OwnedInUse {
  return {
    owner: { kind: 'bridge', name: 'north' },
    kind: 'client certificate',
    subject: 'CN=device',
    issuer: 'CN=ca',
    fingerprint: 'AA',
    notBefore: start - DAY,
    notAfter: start + 20.5 * DAY,
    file: '/c.pem',
    ...more
  }
}

interface Watched {
  readonly monitor: ExpiryMonitor
  readonly log: LogLine[]
  items: OwnedInUse[]
  now: number
  /** Looks, and answers what was told by that. */
  readonly look: () => string[]
}

function monitored (t: Test, items: OwnedInUse[], warnMs: readonly number[] = [DAY, 30 * DAY, 14 * DAY, 7 * DAY]): Watched {
  const log: LogLine[] = []
  const told: ExpiryEvent[] = []
  const watched: Watched = {
    items,
    now: start,
    log,
    monitor: new ExpiryMonitor({ items: () => watched.items, warnMs, logger: keepingLogger(log), now: () => watched.now, everyMs: 600_000 }),
    look () {
      told.length = 0
      watched.monitor.check()
      return told.map(({ kind, item: { subject, withinMs } }) => `${kind} ${subject} ${withinMs === null ? '-' : withinMs / DAY}`)
    }
  }
  watched.monitor.onExpiry(event => told.push(event))
  t.teardown(() => watched.monitor.stop())
  return watched
}

test('once for each threshold, the nearest when several are reached at once, and at the end', t => {
  const w = monitored(t, [item(), item({ subject: 'CN=far', fingerprint: 'BB', notAfter: start + 400 * DAY })])
  t.same(w.look(), ['expiring CN=device 30'])
  t.same(w.look(), [], 'once')
  w.now += 14 * DAY
  t.same(w.look(), ['expiring CN=device 7'], '14 days were passed while nobody looked')
  w.now += 6 * DAY
  t.same(w.look(), ['expiring CN=device 1'])
  w.now += DAY
  t.same(w.look(), ['expired CN=device 0'])
  t.same(w.look(), [])
  t.match(w.log.map(({ level, message, daysLeft, notAfter }) => [level, message, daysLeft, notAfter]), [
    ['warn', 'client certificate CN=device of bridge north expires soon', 20, '2026-01-21 12:00:00Z'],
    ['warn', /expires soon/, 6], ['warn', /expires soon/, 0], ['error', /has expired/, -1]
  ])
  const late: string[] = []
  w.monitor.onExpiry(({ kind }) => late.push(kind))()
  w.now += DAY
  t.same(late, ['expired'], 'who asks late hears of what is not mended')
  t.match(w.log[0], { bridge: 'north', file: '/c.pem', fingerprint: 'AA', hint: /Put the renewed one into \/c\.pem/ })
  t.end()
})

test('again after a restart, which knows nothing of what was told', t => {
  t.same(monitored(t, [item()]).look(), ['expiring CN=device 30'])
  t.same(monitored(t, [item()]).look(), ['expiring CN=device 30'])
  t.end()
})

test('mended: it was replaced, or it is not in use any more', t => {
  const w = monitored(t, [item(), item({ kind: 'remote certificate', subject: 'CN=remote', file: null })])
  t.same(w.look(), ['expiring CN=device 30', 'expiring CN=remote 30'])
  t.match(w.log[1], { hint: 'Whoever runs the remote has to renew it.' })
  w.items = [item({ fingerprint: 'CC', notAfter: start + 365 * DAY })]
  t.same(w.look(), ['mended CN=device 30', 'mended CN=remote 30'])
  t.same(w.look(), [])
  w.items = [item()]
  t.same(w.look(), ['expiring CN=device 30'], 'the old one is back')
  t.end()
})

test('a clock that is set, far forth and back, is followed', t => {
  const w = monitored(t, [item()])
  w.now = 0
  t.same(w.look(), [], '1970: a machine without a battery, before NTP')
  w.now = start
  t.same(w.look(), ['expiring CN=device 30'])
  w.now = start + 100 * DAY
  t.same(w.look(), ['expired CN=device 0'])
  w.now = start
  t.same(w.look(), [], 'it is told already that it expires')
  w.now = start + 19 * DAY + 13 * 3_600_000
  t.same(w.look(), ['expiring CN=device 1'], 'and the next threshold is told again')
  w.now = 0
  t.same(w.look(), ['mended CN=device -'])
  t.end()
})

test('two owners of one certificate are two; the list has what ends first at the front', t => {
  const w = monitored(t, [item({ notAfter: start + 90 * DAY }), item({ owner: { kind: 'listener', name: 'ssl' } }), item({ kind: 'CA', subject: 'CN=root', notAfter: start - 1 })])
  t.same(w.look(), ['expired CN=root 0', 'expiring CN=device 30'])
  t.match(w.monitor.items.map(({ subject, owner, daysLeft, withinMs }) => [subject, owner.name, daysLeft, withinMs]), [['CN=root', 'north', -1, 0], ['CN=device', 'ssl', 20, 30 * DAY], ['CN=device', 'north', 90, null]])
  t.equal(w.log[0]?.level, 'warn', 'a CA that is over may be one of many')
  t.end()
})

test('without thresholds only the end is told', t => {
  const w = monitored(t, [item()], [])
  t.same(w.look(), [])
  w.now += 21 * DAY
  t.same(w.look(), ['expired CN=device 0'])
  t.end()
})

test('what is renewed all the time is told of in the last quarter of its life only', t => {
  const list = (days: number): OwnedInUse => item({ kind: 'revocation list', subject: 'CN=ca', fingerprint: `${days}`, notBefore: start, notAfter: start + days * DAY, file: '/ca.crl' })
  const w = monitored(t, [list(7), list(40), item({ kind: 'OCSP answer', subject: 'CN=server', fingerprint: 'CC', notBefore: start, notAfter: start + DAY, file: null })])
  t.same(w.look(), [], 'nothing has a quarter of its life left')
  w.now += 1.5 * DAY
  t.same(w.look(), ['expired CN=server 0'])
  w.now += 5 * DAY
  t.same(w.look(), ['expiring CN=ca 1'], 'seven days were to be told, but are not of a list that lives for seven')
  w.now += 27 * DAY
  t.same(w.look(), ['expired CN=ca 0', 'expiring CN=ca 7'])
  w.items = [list(50)]
  t.same(w.look().sort(), ['mended CN=ca 0', 'mended CN=ca 7', 'mended CN=server 0'], 'as they were told')
  t.end()
})
