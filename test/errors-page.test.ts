/** Each error code of the source has its entry in docs/reference/errors.md, and the page names none that does not exist. */
import { readFile, readdir } from 'node:fs/promises'
import { test } from 'tap'
import { packageRoot } from '../src/package.ts'

async function codesOfSource (): Promise<Set<string>> {
  const codes = new Set<string>()
  for (const name of await readdir(new URL('src', packageRoot), { recursive: true })) {
    if (!name.endsWith('.ts')) continue
    const text = await readFile(new URL(`src/${name}`, packageRoot), 'utf8')
    for (const [code] of text.matchAll(/(?<=['"])CW_[A-Z0-9_]+(?=['"])/g)) codes.add(code)
  }
  return codes
}

test('every code has an entry, every entry a code', async t => {
  const page = await readFile(new URL('docs/reference/errors.md', packageRoot), 'utf8')
  const entries = new Set([...page.matchAll(/^## (CW_[A-Z0-9_]+)$/gm)].map(match => match[1] ?? ''))
  const codes = await codesOfSource()
  t.ok(codes.size > 10, 'codes were found')
  t.strictSame([...codes].filter(code => !entries.has(code)), [], 'codes without an entry')
  t.strictSame([...entries].filter(code => !codes.has(code)), [], 'entries without a code')
})
