/** The Grafana dashboard and the alert rules ask only for metrics and labels that there are, and for each as its type wants. */
import { readFile } from 'node:fs/promises'
import { test } from 'tap'
import { parse } from 'yaml'
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

test('the alert rules', async t => {
  const { groups } = parse(await file('prometheus/causeway.rules.yaml')) as { groups: { rules: { alert: string, expr: string, labels: { severity: string }, annotations: Record<string, string> }[] }[] }
  const rules = groups.flatMap(group => group.rules)
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
