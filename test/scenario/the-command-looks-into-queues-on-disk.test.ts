/** `causeway spool`: one journal that can not be read does not hide the others, and one without a bridge is marked. */
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { crc32 } from 'node:zlib'
import { type Test, test } from 'tap'
import { runCli } from '../../src/cli/program.ts'
import { Spool } from '../../src/spool/spool.ts'
import { NO_CLIENT, publishView, roomy, Watcher } from '../support/spooled.ts'

interface Outcome { readonly code: number, readonly out: string, readonly err: string }

async function causeway (cwd: string, ...args: readonly string[]): Promise<Outcome> {
  const [out, err] = [new PassThrough(), new PassThrough()]
  const code = await runCli(args, { out, err, terminal: false, columns: 100, cwd, environment: {}, stop: new AbortController().signal, onReload: () => {} })
  return { code, out: String(out.read() ?? ''), err: String(err.read() ?? '') }
}

/** Three journals with two messages each, and a configuration that has the bridges `north` and `south`. */
async function site (t: Test): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-spool-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  for (const name of ['north', 'renamed', 'south']) {
    const watcher = new Watcher()
    const spool = await Spool.open({ dir: join(dir, 'spool', name), fsync: 'never', limits: roomy, listener: watcher })
    for (const payload of ['one', 'two']) spool.append(publishView(`up/${name}`, payload), NO_CLIENT, 0)
    await spool.close()
  }
  const bridges = ['north', 'south'].map(name => `bridges.mqtt.${name} { server = "mqtt-tcp://127.0.0.1:1", clientid = ${name}, forwards = [{ local_topic = "up/#", remote_topic = "" }] }`)
  await writeFile(join(dir, 'edge.conf'), `listeners.tcp.bind = "127.0.0.1:0"\nspool.dir = "${dir}/spool"\n${bridges.join('\n')}\n`)
  return dir
}

const fileOf = (dir: string, name: string): string => join(dir, 'spool', name, '000000000001.journal')

/** As one that a later version has written. */
async function ofAnotherVersion (file: string): Promise<void> {
  const bytes = await readFile(file)
  bytes.writeUInt16LE(99, 8)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 32)), 32)
  await writeFile(file, bytes)
}

interface Found { readonly dir: string, readonly waiting?: number, readonly orphan?: boolean, readonly error?: { readonly code: string } }

const parsed = (text: string): readonly Found[] => JSON.parse(text) as readonly Found[]

test('a journal of an unknown version is named, and the others are shown', async t => {
  const dir = await site(t)
  await ofAnotherVersion(fileOf(dir, 'north'))
  const inspected = await causeway(dir, 'spool', 'inspect', 'spool')
  t.equal(inspected.code, 1)
  t.match(inspected.out, /north\n {2}.*version 99.*\(CW_SPOOL_VERSION\)\n {2}start the version.*\n.*renamed\n {2}waiting {2}2 messages[^]*south\n {2}waiting {2}2 messages/)
  const json = await causeway(dir, 'spool', 'inspect', 'spool', '--json')
  t.equal(json.code, 1)
  t.match(parsed(json.out), [{ error: { code: 'CW_SPOOL_VERSION' } }, { waiting: 2 }, { waiting: 2 }])
  const verified = await causeway(dir, 'spool', 'verify', 'spool')
  t.equal(verified.code, 1)
  t.match(verified.out, /unread {2}.*north[^]*whole {3}.*renamed[^]*whole {3}.*south/)
  const exported = await causeway(dir, 'spool', 'export', 'spool')
  t.equal(exported.code, 1)
  t.same(exported.out.trim().split('\n').map(line => (JSON.parse(line) as { topic: string }).topic), ['up/renamed', 'up/renamed', 'up/south', 'up/south'])
  t.match(exported.err, /version 99.*\(CW_SPOOL_VERSION\)/)
})

test('with a configuration, a journal without a bridge is marked', async t => {
  const dir = await site(t)
  const inspected = await causeway(dir, 'spool', 'inspect', 'spool', '--conf', 'edge.conf')
  t.equal(inspected.code, 0, 'an orphan is no failure')
  t.match(inspected.out, /north\n[^]*renamed {3}orphan: no bridge of this name keeps messages on disk\n[^]*south\n/)
  t.same(parsed((await causeway(dir, 'spool', 'inspect', 'spool', '--conf', 'edge.conf', '--json')).out).map(({ orphan }) => orphan), [false, true, false])
  t.match((await causeway(dir, 'spool', 'verify', 'spool', '--conf', 'edge.conf')).out, /whole {3}.*renamed: 2 messages wait in 1 files {3}orphan/)
  const lines = (await causeway(dir, 'spool', 'export', 'spool', '--conf', 'edge.conf')).out.trim().split('\n').map(line => JSON.parse(line) as { journal: string, orphan: boolean })
  t.same(lines.filter(({ orphan }) => orphan).map(({ journal }) => journal), ['renamed', 'renamed'])
  t.equal((await causeway(dir, 'spool', 'inspect', 'spool', '--conf', 'missing.conf')).code, 2)
})

test('all whole is 0, damage in the middle 1, a torn end 0', async t => {
  const dir = await site(t)
  t.match(await causeway(dir, 'spool', 'verify', 'spool'), { code: 0, out: /^whole {3}[^]*whole {3}[^]*whole {3}/, err: '' })
  const file = fileOf(dir, 'south')
  const bytes = await readFile(file)
  await truncate(file, bytes.length - 3)
  t.match(await causeway(dir, 'spool', 'verify', 'spool'), { code: 0, out: /south: 1 messages wait[^]*torn off at the end/ })
  bytes.writeUInt8(bytes.readUInt8(80) ^ 1, 80)
  await writeFile(file, bytes)
  t.match(await causeway(dir, 'spool', 'verify', 'spool'), { code: 1, out: /damaged .*south: 1 messages wait/ })
})

test('a directory that is not there is a failure, one without journals is empty', async t => {
  const dir = await site(t)
  t.match(await causeway(dir, 'spool', 'inspect', 'nowhere'), { code: 1, err: /CW_SPOOL_UNUSABLE/ })
  await rm(join(dir, 'spool'), { recursive: true })
  t.match(await causeway(dir, 'spool', 'inspect', '.'), { code: 0, out: /no journal here/ })
  t.match(await causeway(dir, 'spool', 'inspect', '.', '--json'), { code: 0, out: '[]\n' })
})
