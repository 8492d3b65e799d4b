/** Each vector is read as a file, with the files it names beside it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { plain, readText, refusal, warningsOf } from '../../support/hocon.ts'
import { grammar } from './grammar.ts'
import { inclusion } from './inclusion.ts'
import { lexical } from './lexical.ts'
import { model } from './model.ts'
import { readHoconFile } from '../../../src/config/hocon/read.ts'
import type { Test } from 'tap'
import type { Vector } from './vector.ts'
import { packageRoot } from '../../../src/package.ts'

function run (t: Test, { row, text, files = {}, value, error, warnings = [] }: Vector): void {
  const cwd = t.testdir()
  for (const [name, content] of Object.entries({ 'test.conf': text, ...files })) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true })
    writeFileSync(join(cwd, name), content)
  }
  const read = () => readHoconFile('test.conf', { cwd, environment: {} })
  if (error !== undefined) {
    const { message } = refusal(read)
    t.equal(message.slice(0, 'test.conf:'.length + error.length), `test.conf:${error}`, row)
    return
  }
  const document = read()
  t.strictSame(plain(document.root), value, row)
  t.strictSame(warningsOf(document).map((warning, i) => warning.slice(0, warnings[i]?.length)), warnings, `${row}: warnings`)
}

for (const [name, vectors] of Object.entries({ lexical, grammar, model, inclusion })) {
  void t.test(name, async t => {
    for (const vector of vectors) await t.test(vector.row, async t => run(t, vector))
  })
}

void t.test("the manual's example", async t => {
  const manual = readFileSync(new URL('docs/reference/hocon.md', packageRoot), 'utf8')
  const example = /```hocon\n(.*?)```/s.exec(manual)?.[1] ?? ''
  const { root, warnings } = readText(example.replace('/etc/causeway/site.conf', 'none.conf'), { environment: { site: 'berlin', MQTT_PASSWORD: 'x' } })
  t.equal(warnings.length, 1, 'the file it includes is not here')
  t.match(plain(root), { bridges: { mqtt: { cloud: { server: 'tls+mqtt-tcp://mqtt.example.com:8883', clientid: 'gateway-berlin', ssl: { cacertfile: '/etc/ssl/remote.pem' }, forwards: [{ remote_topic: 'up/#', local_topic: '#' }] } } } })
})
