/** How two runs agree, for a terminal, for Markdown and for the page. */
import { type Agreement, type AgreementRow, verdictOn } from './agreement.ts'
import { escaped } from './markup.ts'
import type { Paint } from './table.ts'
import { short, times } from './words.ts'

const titles = ['scenario', 'target', 'ratio then', 'now', 'apart'] as const

function cells ({ scenario, case: label, target, before, now, apart, verdict }: AgreementRow): readonly string[] {
  return [label === '' ? scenario : `${scenario} ${label}`, target, times(before), times(now), verdict === 'overloaded' ? 'overloaded' : `${short(apart * 100)} %`]
}

export function agreementText (agreement: Agreement, paint: Paint): string {
  const rows = agreement.rows.map(row => ({ differs: row.verdict === 'differs', texts: cells(row) }))
  const widths = titles.map((title, place) => Math.max(title.length, ...rows.map(({ texts }) => texts[place]?.length ?? 0)))
  const line = (texts: readonly string[]): string => texts.map((text, place) => place < 2 ? text.padEnd(widths[place] ?? 0) : text.padStart(widths[place] ?? 0)).join('  ')
  const table = rows.length === 0 ? '' : `  ${paint.dim(line(titles))}\n${rows.map(({ differs, texts }) => `  ${differs ? paint.red(line(texts)) : line(texts)}\n`).join('')}`
  return `\n${verdictOn(agreement)}\n${table}`
}

/** The like in Markdown. */
export function agreementMarkdown (agreement: Agreement | null): string[] {
  if (agreement === null) return []
  const row = (texts: readonly string[]): string => `| ${texts.map(text => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')).join(' | ')} |`
  const table = [row(titles), '|---|---|---:|---:|---:|', ...agreement.rows.map(each => row(cells(each)))].join('\n')
  return ['## The same again', verdictOn(agreement), ...(agreement.rows.length === 0 ? [] : [table])]
}

/** A section with its heading; empty without an earlier run. */
export function agreementHtml (agreement: Agreement | null): string {
  if (agreement === null) return ''
  const cell = (tag: 'th' | 'td', text: string, place: number): string => `<${tag}${place < 2 ? '' : ' class="number"'}>${escaped(text)}</${tag}>`
  const rows = agreement.rows.map(each => `<tr>${cells(each).map((text, place) => cell('td', text, place)).join('')}</tr>`)
  const head = titles.map((title, place) => cell('th', title, place)).join('')
  return `<h2>The same again</h2>
<p>${escaped(verdictOn(agreement))}</p>
${rows.length === 0 ? '' : `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`}`
}
