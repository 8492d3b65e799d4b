/** The report as one page that needs nothing else: no script, no font, no picture from elsewhere. */
import { agreementHtml } from './agreement-text.ts'
import { type Bar, barChart, type BarGroup } from './bar-chart.ts'
import { columnsFor, figureWords, remarksOn } from './columns.ts'
import { curveChart } from './curve-chart.ts'
import { type BenchDocument, headLines } from './document.ts'
import { escaped } from './markup.ts'
import { pageStyle } from './page-style.ts'
import type { CaseReport, Entry, ScenarioReport } from './report.ts'
import { figures } from '../scenario.ts'
import { short, spread } from './words.ts'
import type { Spread } from './statistics.ts'

/** Colours there are; further targets begin anew. */
const COLOURS = 8

export function pageText (document: BenchDocument): string {
  const colours = new Map(document.targets.map(({ label }, place) => [label, place % COLOURS]))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bridges compared, ${escaped(document.date.slice(0, 10))}</title>
<style>${pageStyle}</style>
</head>
<body>
<h1>MQTT bridges over TLS, on the same work</h1>
${headLines(document).map(line => `<p class="quiet">${escaped(line)}</p>`).join('\n')}
<p><code>${escaped(document.command)}</code></p>
${document.missed === 0 ? '' : `<p class="bad">Stopped before the end: ${document.missed} runs were not made.</p>`}
<ul class="legend">${document.targets.map(({ label, version }) => `<li><i class="c${colours.get(label) ?? 0}"></i>${escaped(label)} <span class="quiet">${escaped(version)}</span></li>`).join('')}</ul>
${document.scenarios.map(report => section(report, colours)).join('\n')}
${agreementHtml(document.against)}
<h2>How the targets were set up</h2>
<ul class="notes">${document.targets.map(({ label, settings }) => `<li>${escaped(`${label}: ${settings.join(', ')}`)}</li>`).join('')}</ul>
<footer><p>Medians of the rounds; the thin line on a bar is the least and the most. A dashed bar failed: it lost messages it had acknowledged, or did not finish. CPU is that of the target alone, as the operating system books it. Latency counts from the moment a message was due, not from when it could be sent.</p></footer>
</body>
</html>
`
}

type Colours = ReadonlyMap<string, number>

function section (report: ScenarioReport, colours: Colours): string {
  const measured = report.cases.filter(({ entries }) => entries.length > 0)
  if (measured.length === 0) return ''
  const { title, better } = figures[report.about]
  const open = measured.filter(({ workload }) => workload.rate !== null)
  return `<section>
<h2>${escaped(report.name)}</h2>
<p class="quiet">${escaped(report.summary)}</p>
<div class="charts">
${barChart(`${title} (${better} is better)`, groups(measured, colours, ({ figures: all }) => all[report.about], figureWords[report.about]))}
${barChart('CPU per message in µs (lower is better)', groups(measured, colours, ({ figures: all }) => all.cpuPerMessage, value => `${short(value)} µs`))}
${open.map(each => curveChart(`Latency: share of messages within …${each.label === '' ? '' : `, ${each.label}`}`, each.entries.map(entry => ({ name: entry.target, colour: colours.get(entry.target) ?? 0, points: entry.curve })))).join('\n')}
</div>
${measured.map(each => table(report, each)).join('\n')}
</section>`
}

function groups (cases: readonly CaseReport[], colours: Colours, value: (entry: Entry) => Spread | null, words: (value: number) => string): BarGroup[] {
  return cases.map(({ label, entries }) => ({
    label,
    bars: entries.map((entry): Bar => ({
      name: entry.target,
      colour: colours.get(entry.target) ?? 0,
      value: value(entry),
      words: outcomeWords(entry, value(entry), words),
      failed: entry.outcome !== 'passed'
    }))
  }))
}

function outcomeWords (entry: Entry, value: Spread | null, words: (value: number) => string): string {
  const figure = value === null ? '' : words(value.median)
  return [figure, ...(entry.outcome === 'passed' ? [] : [entry.outcome])].filter(word => word !== '').join(', ') || spread(null, words)
}

function table (report: ScenarioReport, each: CaseReport): string {
  const columns = columnsFor(report.about, each.entries)
  const cell = (tag: 'th' | 'td', numeric: boolean, text: string, bad = false): string => {
    const classes = [...(numeric ? ['number'] : []), ...(bad ? ['bad'] : [])].join(' ')
    return `<${tag}${classes === '' ? '' : ` class="${classes}"`}>${escaped(text)}</${tag}>`
  }
  const rows = each.entries.map(entry => `<tr>${columns.map(({ numeric, text, title }) => cell('td', numeric, text(entry), title === 'outcome' && entry.outcome !== 'passed')).join('')}</tr>`)
  const notes = each.entries.flatMap(entry => [...entry.reasons.map(reason => `<li class="bad">${escaped(`${entry.target}: ${reason}`)}</li>`), ...remarksOn(entry, report.about).map(warning => `<li>${escaped(`${entry.target}: ${warning}`)}</li>`)])
  return `${each.label === '' ? '' : `<h3>${escaped(each.label)}</h3>`}
<div class="scroll"><table><thead><tr>${columns.map(({ title, numeric }) => cell('th', numeric, title)).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>
${notes.length === 0 ? '' : `<ul class="notes">${notes.join('')}</ul>`}`
}
