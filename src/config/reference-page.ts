/** The manual's page of all keys, made from the same tables that read the file. */
import type { Key, Kind, OtherKey } from './schema/kind.ts'
import { root } from './tables/root.ts'

const head = `# Configuration keys

This page is made from the source by \`npm run docs:config\`; a test fails when it is stale. How a file is written (HOCON, includes,
\`\${NAME}\`) is in [hocon.md](hocon.md), what changes for those who come from NanoMQ in [migrating from NanoMQ](../guide/migrating-from-nanomq.md).

Each key has one of three fates, which \`causeway check\` prints for your file:

* **works**: it does what its line says.
* **no effect**: NanoMQ knows it, it does nothing here, and doing nothing is harmless. It is a warning.
* **refused**: ignoring it would be unsafe or lose messages. The file is not started on.

A key that is in none of the tables is refused, with the nearest key that exists. A key marked *ours* is Causeway's own, unknown to NanoMQ.
Case makes no difference in keys. A relative path is meant from the directory in which Causeway is started.

Units: a duration is written with its unit (\`500ms\`, \`10s\`, \`5m\`, \`1h\`, \`7d\`), a size with or without one (\`512\`, \`64KB\`, \`10MB\`, \`1GB\`; a KB is 1,024 bytes).
`

export function referencePage (): string {
  const chapters = chaptersOf(root, '')
  // equal blocks in several places are one chapter
  const once = chapters.filter(({ body }, i) => chapters.findIndex(each => each.body === body) === i)
  return [head, ...once.map(({ body }) => {
    const titles = chapters.filter(each => each.body === body).map(each => each.title)
    return `## ${titles.join(', ')}\n\n${body}`
  })].join('\n')
}

interface Chapter {
  readonly title: string
  readonly body: string
}

/** This block, then the blocks in it. */
function chaptersOf (kind: Kind<unknown>, path: string): readonly Chapter[] {
  if (kind.inner === null) return []
  const { section, suffix } = kind.inner
  const here = `${path}${suffix}`
  const rows = [...section.keys.filter(([, key]) => key.key !== '').map(([, key]) => keyRow(key)), ...section.others.map(otherRow)]
  return [
    { title: here === '' ? 'The file' : code(here), body: table(rows) },
    ...section.others.flatMap(other => otherChapters(other, here)),
    ...section.keys.flatMap(([, key]) => chaptersOf(key.kind, here === '' ? key.key : `${here}.${key.key}`))
  ]
}

function table (rows: readonly string[]): string {
  return ['| key | type | unit | default | fate | what it does |', '|---|---|---|---|---|---|', ...rows, ''].join('\n')
}

function keyRow ({ key, also, kind, fallback, ours, nanomq, says, refusal }: Key<unknown>): string {
  const names = [key, ...also].map(code).join(', ') + (ours ? ' *ours*' : '')
  const value = { value: fallback.kind === 'value' ? code(fallback.shown) : '', required: '**required**', block: 'the defaults below', context: '' }[fallback.kind]
  const there = nanomq === '' ? '' : ` (NanoMQ: ${nanomq})`
  const fate = refusal === null ? 'works' : `works; ${code(refusal.value)} is refused`
  const why = refusal === null ? '' : ` With ${code(refusal.value)}: ${refusal.why}. ${refusal.remedy}.`
  return row([names, kind.type, kind.unit, value + there, fate, says + why])
}

function otherRow ({ key, type, fate, ours, says, remedy }: OtherKey): string {
  return row([code(key) + (ours ? ' *ours*' : ''), type, '', '', fate, sentence(says) + (remedy === '' ? '' : ` ${sentence(remedy)}`)])
}

function otherChapters ({ key, inner, fate }: OtherKey, path: string): readonly Chapter[] {
  if (inner.length === 0) return []
  const where = path === '' ? key : `${path}.${key}`
  return [{ title: code(where), body: table(inner.map(([name, type, says, own = fate]) => row([code(name), type, '', '', own, sentence(says)]))) }]
}

function row (cells: readonly string[]): string {
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function code (text: string): string {
  return `\`${text}\``
}

function sentence (text: string): string {
  const first = text.slice(0, 1).toUpperCase() + text.slice(1)
  return /[.?!]$/.test(first) ? first : `${first}.`
}
