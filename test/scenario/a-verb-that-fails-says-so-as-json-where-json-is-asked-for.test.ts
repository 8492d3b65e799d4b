import type { Command } from 'commander'
import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { describe } from '../../src/cli/program.ts'
import { cli } from '../support/cli-run.ts'

/** Arguments with which each verb that has `--json` fails. */
const failing: Readonly<Record<string, readonly string[]>> = {
  status: ['--socket', '/nowhere/control.sock'],
  reload: ['--socket', '/nowhere/control.sock'],
  tail: ['--socket', '/nowhere/control.sock'],
  'bridge enable': ['north', '--socket', '/nowhere/control.sock'],
  'bridge disable': ['north', '--socket', '/nowhere/control.sock'],
  'log show': ['--socket', '/nowhere/control.sock'],
  'log level': ['debug', '--socket', '/nowhere/control.sock'],
  'trust status': ['--socket', '/nowhere/control.sock'],
  'trust commit': ['--socket', '/nowhere/control.sock'],
  'trust abort': ['--socket', '/nowhere/control.sock'],
  'trust inspect': ['/nowhere/ca.pem'],
  'trust check': ['--socket', '/nowhere/control.sock'],
  'trust verify': ['--conf', '/nowhere/site.conf'],
  'trust fetch': ['127.0.0.1:1'],
  'certs show': ['/nowhere/ca.pem'],
  check: ['--conf', '/nowhere/site.conf'],
  'spool inspect': ['/nowhere'],
  'spool verify': ['/nowhere']
}

function verbsWithJson (command: Command, path: readonly string[] = []): readonly string[] {
  const own = command.options.some(({ long }) => long === '--json') ? [path.join(' ')] : []
  return [...own, ...command.commands.flatMap(each => verbsWithJson(each, [...path, each.name()]))]
}

const io = { out: new PassThrough(), err: new PassThrough(), terminal: false, columns: 100, cwd: '/', environment: {}, stop: new AbortController().signal, onReload: () => {} }

for (const verb of verbsWithJson(describe(io, () => {}))) {
  test(verb, async t => {
    const args = [...verb.split(' '), ...failing[verb] ?? []]
    const [asText, asJson] = [await cli(args), await cli([...args, '--json'])]
    t.ok(asText.code !== 0 && asText.err.startsWith('causeway: '), asText.err + asText.out)
    t.equal(asJson.code, asText.code, 'with the same exit code')
    const said = JSON.parse(asJson.err) as Record<string, string>
    t.match(said, { code: /^CW_[A-Z_]+$/, message: /./, hint: /./ }, 'with what a script can match on, and what to do')
    t.ok(asText.err.includes(said['message'] ?? '') && asText.err.includes(said['code'] ?? ''), 'the same')
    t.equal(asJson.err.indexOf('\n'), asJson.err.length - 1, 'one line')
  })
}

test('a line that is wrong', async t => {
  const usage = async (...args: string[]): Promise<unknown> => {
    const { code, err, out } = await cli(args)
    return [code, out, JSON.parse(err)]
  }
  t.match(await usage('status', '--json', '--nope'), [2, '', { code: 'CW_CLI_USAGE', message: 'unknown option \'--nope\'', hint: /--help/ }])
  t.match(await usage('bridge', 'enable', '--json'), [2, '', { code: 'CW_CLI_USAGE', message: /missing required argument 'name'/ }])
  t.match(await usage('bridge', '--json'), [2, '', { code: 'CW_CLI_USAGE' }])
  t.match(await cli(['status', '--nope']), { code: 2, err: /^error: unknown option/ })
  t.match(await cli(['bench', '--scenario', 'nope', '--json', 'x.json']), { code: 2, err: /^causeway bench: / }, 'there it names a file')
  t.match(await cli(['status', '--', '--json']), { code: 2, err: /^error: / })
})
