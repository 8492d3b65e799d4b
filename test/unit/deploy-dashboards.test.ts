/** The Grafana dashboard and the alert rules ask only for metrics and labels that there are, and for each as its type wants. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import { parse, stringify } from 'yaml'
import type { Metric } from '../../src/admin/metrics/metric.ts'
import { metrics } from '../../src/admin/metrics/metrics.ts'
import { packageRoot } from '../../src/package.ts'

const file = (path: string): Promise<string> => readFile(new URL(`deploy/${path}`, packageRoot), 'utf8')

/** Prometheus gives these to every sample. */
const OF_ALL = ['instance', 'job']
const known = new Map(metrics.flatMap((metric): [string, Metric][] => metric.type === 'histogram'
  ? ['_bucket', '_sum', '_count'].map(end => [metric.name + end, metric])
  : [[metric.name, metric]]))

/** What an expression asks for wrongly; empty when all is well. */
function faultsOf (expr: string): readonly string[] {
  const faults: string[] = []
  const labels = new Set(OF_ALL)
  for (const [, name = '', matchers = ''] of expr.matchAll(/\b((?:causeway|process)_\w+)(?:\{([^}]*)\})?/g)) {
    const metric = known.get(name)
    for (const label of labelsOf(metric, name)) labels.add(label)
    faults.push(...metric === undefined ? [`there is no ${name}`] : faultsOfOne(metric, { name, matchers, before: expr.slice(0, expr.indexOf(name)) }))
  }
  const wanted = [...expr.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(','))
  faults.push(...wanted.filter(label => !labels.has(label.trim())).map(label => `nothing has the label ${label}`))
  if (count(expr, /[([{]/g) !== count(expr, /[)\]}]/g)) faults.push('brackets do not match')
  return faults
}

function labelsOf (metric: Metric | undefined, name: string): readonly string[] {
  return [...metric?.labels ?? [], ...(name.endsWith('_bucket') ? ['le'] : [])]
}

function faultsOfOne (metric: Metric, { name, matchers, before }: { readonly name: string, readonly matchers: string, readonly before: string }): readonly string[] {
  const labels = [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label)
  const isRated = /(rate|increase)\(\s*$/.test(before)
  return [
    ...labels.filter(label => ![...metric.labels, ...OF_ALL].includes(label)).map(label => `${name} has no label ${label}`),
    ...(isRated === (metric.type !== 'gauge') ? [] : [`${name} is a ${metric.type}`])
  ]
}

/** Outside of strings. */
function count (expr: string, what: RegExp): number {
  return expr.replaceAll(/"[^"]*"/g, '').match(what)?.length ?? 0
}

/** Labels that words name and that nothing in the expression has. */
function strangers (words: string, expr: string, pattern: RegExp): readonly string[] {
  const kept = /\b(?:sum|max|min|avg|count)\s+by\s*\(([^)]*)\)/.exec(expr)?.[1]?.split(',').map(label => label.trim())
  const own = [...expr.matchAll(/\b(?:causeway|process)_\w+/g)].flatMap(([name]) => known.get(name)?.labels ?? [])
  return [...words.matchAll(pattern)].map(([, label = '']) => label).filter(label => !(kept ?? [...own, ...OF_ALL]).includes(label))
}

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number, readonly y: number, readonly w: number, readonly h: number }
  readonly targets?: readonly { readonly expr: string, readonly legendFormat: string }[]
}

test('a wrong question is found', async t => {
  t.strictSame(faultsOf('causeway_bridge_ups'), ['there is no causeway_bridge_ups'])
  t.strictSame(faultsOf('causeway_bridge_up{brigde="a"} > 0'), ['causeway_bridge_up has no label brigde'])
  t.strictSame(faultsOf('causeway_bridge_sent_bytes_total'), ['causeway_bridge_sent_bytes_total is a counter'])
  t.strictSame(faultsOf('rate(causeway_bridge_up[5m])'), ['causeway_bridge_up is a gauge'])
  t.strictSame(faultsOf('sum by (qos) (causeway_bridge_up)'), ['nothing has the label qos'])
  t.strictSame(strangers('{{qos}} {{bridge}}', 'causeway_bridge_up', /\{\{(\w+)\}\}/g), ['qos'])
})

test('the Grafana dashboard', async t => {
  const { panels, uid } = JSON.parse(await file('grafana/causeway.json')) as { readonly panels: readonly Panel[], readonly uid: string }
  t.equal(uid, 'causeway')
  t.equal(new Set(panels.map(({ id }) => id)).size, panels.length, 'ids are there once')
  for (const { title, type, targets = [], gridPos: { x, w } } of panels) {
    t.ok(x + w <= 24, `${title} is on the screen`)
    t.equal(targets.length > 0, type !== 'row', title)
    for (const { expr, legendFormat } of targets) {
      t.strictSame(faultsOf(expr), [], expr)
      t.strictSame(strangers(legendFormat, expr, /\{\{(\w+)\}\}/g), [], legendFormat)
      t.match(expr, /instance=~"\$instance"/, 'is about the nodes that were chosen')
    }
  }
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => Array.from({ length: w * h }, (_, i) => `${x + i % w},${y + Math.floor(i / w)}`))
  t.equal(new Set(cells).size, cells.length, 'no panel lies on another')
})

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: Readonly<Record<string, string>>
}

async function alertRules (): Promise<readonly Rule[]> {
  const { groups } = parse(await file('prometheus/causeway.rules.yaml')) as { groups: { rules: Rule[] }[] } // as Prometheus reads it
  return groups.flatMap(group => group.rules)
}

test('the alert rules', async t => {
  const rules = await alertRules()
  t.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length)
  for (const { alert, expr, labels, annotations } of rules) {
    t.match(alert, /^Causeway[A-Z]\w+$/)
    t.strictSame(faultsOf(expr), [], `${alert}: ${expr}`)
    t.match(labels.severity, /^(page|ticket)$/)
    for (const words of [annotations['summary'] ?? '', annotations['description'] ?? '']) {
      t.not(words, '', `${alert} says what is wrong and what to do`)
      if (alert !== 'CausewayNodeDown') t.strictSame(strangers(words, expr, /\$labels\.(\w+)/g), [], words)
    }
  }
})

const noPromtool = spawnSync('promtool', ['--version']).error === undefined ? false : 'promtool, of Debian\'s package prometheus, is not installed'

interface Situation {
  readonly alert: string
  /** Series with their values, one a minute. */
  readonly series: Readonly<Record<string, string>>
  readonly at: string
  /** Labels of those that fire beside severity. */
  readonly fires: readonly Readonly<Record<string, string>>[]
}

const at = { instance: 'hut:8081' }
const bridge = (name: string, more = ''): string => `{instance="hut:8081",bridge="${name}"${more}}`
const situations: readonly Situation[] = [
  {
    alert: 'CausewayLinkDown',
    series: {
      [`causeway_bridge_up${bridge('north')}`]: '0x20',
      [`causeway_bridge_state${bridge('north', ',state="disabled"')}`]: '0x20',
      [`causeway_bridge_up${bridge('off')}`]: '0x20',
      [`causeway_bridge_state${bridge('off', ',state="disabled"')}`]: '1x20',
      [`causeway_bridge_up${bridge('south')}`]: '1x20',
      [`causeway_bridge_state${bridge('south', ',state="disabled"')}`]: '0x20'
    },
    at: '15m',
    fires: [{ ...at, bridge: 'north' }]
  },
  { alert: 'CausewayLinkDown', series: { [`causeway_bridge_up${bridge('north')}`]: '0x20' }, at: '9m', fires: [] },
  { alert: 'CausewayQueueFills', series: { [`causeway_bridge_queue_fill_ratio${bridge('north')}`]: '0.5 0.9x10', [`causeway_bridge_queue_fill_ratio${bridge('south')}`]: '0.7x12' }, at: '8m', fires: [{ ...at, bridge: 'north' }] },
  { alert: 'CausewayMessagesDropped', series: { [`causeway_bridge_dropped_messages_total${bridge('north', ',reason="full"')}`]: '0x5 10x10', [`causeway_bridge_dropped_messages_total${bridge('south', ',reason="full"')}`]: '7x20' }, at: '8m', fires: [{ ...at, bridge: 'north', reason: 'full' }] },
  {
    alert: 'CausewayCertificateExpires',
    series: Object.fromEntries(['CA', 'client certificate', 'remote certificate'].map((kind, i) => [`causeway_certificate_days_left{instance="hut:8081",kind="bridge",name="north",certificate="${kind}",subject="CN=x",fingerprint="AA"}`, `${[3, 3, 30][i] ?? 0}x5`])),
    at: '3m',
    fires: [{ ...at, kind: 'bridge', name: 'north', certificate: 'client certificate', subject: 'CN=x', fingerprint: 'AA' }]
  },
  { alert: 'CausewaySessionsNotOnDisk', series: { 'causeway_broker_session_disk_degraded{instance="hut:8081"}': '0x2 1x10', 'causeway_broker_session_disk_degraded{instance="pier:8081"}': '0x20' }, at: '6m', fires: [at] },
  { alert: 'CausewayNoticesLost', series: { 'causeway_notices_total{instance="hut:8081",receiver="alerts",outcome="given_up"}': '0x3 2x20', 'causeway_notices_total{instance="hut:8081",receiver="alerts",outcome="sent"}': '0x3 2x20' }, at: '6m', fires: [{ ...at, receiver: 'alerts', outcome: 'given_up' }] },
  { alert: 'CausewayReloadRefused', series: { 'causeway_reloads_total{instance="hut:8081",outcome="refused"}': '0x3 1x20', 'causeway_reloads_total{instance="hut:8081",outcome="applied"}': '0x3 1x20' }, at: '6m', fires: [{ ...at, outcome: 'refused' }] }
]

test('Prometheus itself takes the rules, and they fire on what they are for', { skip: noPromtool }, async t => {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-rules-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const path = fileURLToPath(new URL('deploy/prometheus/causeway.rules.yaml', packageRoot))
  const checked = spawnSync('promtool', ['check', 'rules', path], { encoding: 'utf8' })
  t.equal(checked.status, 0, checked.stderr)
  const rules = new Map((await alertRules()).map(rule => [rule.alert, rule]))
  const told = ({ alert }: Situation, labels: Readonly<Record<string, string>>): object => {
    const { labels: own, annotations } = rules.get(alert) ?? { labels: {}, annotations: {} }
    const filled = (words: string): string => words.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_all, label: string) => labels[label] ?? '').replace('{{ $value }}', '3')
    return { exp_labels: { ...labels, ...own }, exp_annotations: Object.fromEntries(Object.entries(annotations).map(([name, words]) => [name, filled(words)])) }
  }
  const tests = situations.map(situation => ({
    interval: '1m',
    input_series: Object.entries(situation.series).map(([series, values]) => ({ series, values })),
    alert_rule_test: [{ eval_time: situation.at, alertname: situation.alert, exp_alerts: situation.fires.map(labels => told(situation, labels)) }]
  }))
  await writeFile(join(dir, 'tests.yaml'), stringify({ rule_files: [path], evaluation_interval: '1m', tests }))
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', join(dir, 'tests.yaml')], { encoding: 'utf8' })
  t.equal(status, 0, stdout + stderr)
})
