/** Every test that docs/reference/mqtt.md names is there. */
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'tap'
import { packageRoot } from '../src/package.ts'

/** A test is a sentence with dashes, or a path below test/. */
const SENTENCE = /`((?:test\/[a-z\d/.-]+)|(?:[a-z\d]+(?:-[a-z\d.]+){3,}))`/g
const FOLDERS = ['test/scenario/', 'test/property/', 'test/vectors/', '']

test('each name of a test is one', async t => {
  const page = readFileSync(new URL('docs/reference/mqtt.md', packageRoot), 'utf8')
  const names = new Set([...page.matchAll(SENTENCE)].map(([, name = '']) => name))
  t.ok(names.size > 25, `${names.size} tests`)
  for (const name of names) t.ok(FOLDERS.some(folder => existsSync(new URL(`${folder}${name}${name.endsWith('/') ? '' : '.test.ts'}`, packageRoot))), name)
})
