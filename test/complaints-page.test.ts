/** The table of complaints in the migration guide: each row names the tests that show it, and they are there. */
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'tap'
import { packageRoot } from '../src/package.ts'

const page = readFileSync(new URL('docs/guide/migrating-from-nanomq.md', packageRoot), 'utf8')
const section = page.split(/^## /m).find(part => part.startsWith('What NanoMQ\'s users complain about')) ?? ''
const rows = section.split('\n').filter(line => line.startsWith('|')).slice(2).map(line => line.split('|').slice(1, -1).map(cell => cell.trim()))

test('at least forty complaints, each with what Causeway does and a test that is there', async t => {
  t.ok(rows.length >= 40, `${rows.length} rows`)
  for (const [complaint = '', answer = '', shown = '', ...more] of rows) {
    t.ok(complaint !== '' && answer !== '' && more.length === 0, complaint)
    const named = [...shown.matchAll(/`([^`]+)`/g)].map(([, name]) => name)
    t.ok(named.length > 0, `${complaint}: names a test`)
    for (const name of named) t.ok(existsSync(new URL(`test/${name}.test.ts`, packageRoot)), `${complaint}: ${name}`)
  }
})

test('no complaint stands there twice', async t => {
  const complaints = rows.map(([complaint]) => complaint)
  t.equal(new Set(complaints).size, complaints.length)
})
