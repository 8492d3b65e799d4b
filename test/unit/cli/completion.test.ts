/** The completion script has each verb, option and choice there is, whoever adds one. */
import { execFile } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { promisify } from 'node:util'
import type { Command } from 'commander'
import { test } from 'tap'
import { benchOptions } from '../../../src/bench/options.ts'
import { completionScript } from '../../../src/cli/completion.ts'
import { describe } from '../../../src/cli/program.ts'

const run = promisify(execFile)
const sink = new PassThrough()
const program = describe({ out: sink, err: sink, terminal: false, columns: 100, cwd: '/', environment: {}, stop: new AbortController().signal, onReload: () => {} }, () => {})

interface Verb {
  readonly path: readonly string[]
  readonly command: Command
}

function verbsOf (command: Command, path: readonly string[] = []): readonly Verb[] {
  return [{ path, command }, ...command.commands.flatMap(each => verbsOf(each, [...path, each.name()]))]
}

function optionsOf ({ path, command }: Verb): readonly string[] {
  return path[0] === 'bench' ? benchOptions.map(({ long }) => long) : [...command.options.flatMap(({ long }) => long == null ? [] : [long]), '--help']
}

/** What bash offers for each of these lines, the last word of which is not complete. */
async function offered (lines: readonly (readonly string[])[]): Promise<readonly (readonly string[])[]> {
  const ask = lines.map(words => `COMP_WORDS=(causeway ${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _causeway; echo "\${COMPREPLY[@]}"`)
  const { stdout } = await run('bash', ['-c', [completionScript(program, 'bash'), ...ask].join('\n')])
  return stdout.split('\n').slice(0, lines.length).map(line => line.split(' ').filter(word => word !== ''))
}

test('bash: each verb, each of its options, and the choices of its arguments', async t => {
  const verbs = verbsOf(program)
  t.ok(verbs.length > 25, 'they are found')
  const [words, flags] = [await offered(verbs.map(({ path }) => [...path, ''])), await offered(verbs.map(({ path }) => [...path, '-']))]
  for (const [i, verb] of verbs.entries()) {
    const { path, command } = verb
    const name = path.join(' ')
    t.same([...flags[i] ?? []].sort(), [...optionsOf(verb)].sort(), `options of ${name}`)
    const below = [...command.commands.map(each => each.name()), ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices)]
    if (below.length > 0 || command.registeredArguments.length > 0) t.same(words[i], below, `words after ${name}`)
  }
})

test('bash: the beginning of a word, a value, a file', async t => {
  const expected: readonly (readonly [line: readonly string[], words: readonly string[]])[] = [
    [['sta'], ['start', 'status']],
    [['trust', 'ver'], ['verify']],
    [['trust', 'verify', '--cand'], ['--candidate']],
    [['trust', 'commit', ''], ['bridge', 'listener']],
    [['log', 'level', 'de'], ['debug', 'default']],
    [['--version', 'sta'], ['start', 'status']],
    [['trust', 'verify', '--conf', ''], []],
    [['certs', 'show', ''], []]
  ]
  const found = await offered(expected.map(([line]) => line))
  for (const [i, [line, words]] of expected.entries()) t.same(found[i], words, line.join(' '))
})

test('zsh has the same by its emulation; fish has each verb and option', async t => {
  const zsh = completionScript(program, 'zsh')
  t.match(zsh, /^#compdef causeway\nautoload -U \+X bashcompinit && bashcompinit\n/)
  t.ok(zsh.endsWith(completionScript(program, 'bash')))
  const fish = completionScript(program, 'fish').split('\n')
  for (const verb of verbsOf(program)) {
    const { path } = verb
    const where = path.length === 0 ? '__fish_use_subcommand' : path.map(word => `__fish_seen_subcommand_from ${word}`).join('; and ')
    const own = fish.filter(line => line.startsWith(`complete -c causeway -n '${where}`))
    for (const long of optionsOf(verb)) t.ok(own.some(line => line.includes(` -l ${long.slice(2)} `)), `${path.join(' ')} ${long}`)
    for (const below of verb.command.commands) t.ok(own.some(line => line.includes(` -a ${below.name()} -d '`)), `${path.join(' ')} ${below.name()}`)
  }
  t.ok(fish.some(line => line.startsWith('complete -c causeway -n \'__fish_seen_subcommand_from status; and not __fish_seen_subcommand_from trust\' -l json')), 'trust status is not status')
})

test('each verb that asks a running edge can answer as JSON', async t => {
  for (const { path, command } of verbsOf(program)) {
    const options = command.options.map(({ long }) => long)
    if (options.includes('--socket')) t.ok(options.includes('--json'), path.join(' '))
  }
})
