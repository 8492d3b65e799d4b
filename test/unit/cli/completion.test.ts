/** The completion script has each verb, option and choice there is, whoever adds one. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { promisify } from 'node:util'
import type { Command } from 'commander'
import { type Test, test } from 'tap'
import { benchOptions } from '../../../src/bench/options.ts'
import { completionScript } from '../../../src/cli/completion/script.ts'
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

/** A file of the script, for a shell that wants to read one, beside a directory without any file. */
async function scriptFile (t: Test, shell: 'zsh' | 'fish'): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-completion-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const file = join(dir, '_causeway')
  await writeFile(file, completionScript(program, shell))
  await mkdir(join(dir, 'empty'))
  return file
}

function missing (shell: string): string | false {
  return spawnSync(shell, ['--version']).error === undefined ? false : `${shell} is not installed`
}

/** Words that may follow a verb; null: files. */
function expectedAfter ({ command }: Verb): readonly string[] | null {
  const words = [...command.commands.map(each => each.name()), ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices)]
  return words.length === 0 && command.registeredArguments.length > 0 ? null : words
}

test('fish: each verb, each of its options, and the choices of its arguments', { skip: missing('fish') }, async t => {
  const file = await scriptFile(t, 'fish')
  const verbs = verbsOf(program)
  const lines = [...verbs.flatMap(({ path }) => [['causeway', ...path, ''].join(' '), ['causeway', ...path, '--'].join(' ')]), 'causeway bri', 'causeway trust commit bridge ', 'causeway spool inspect bridge --j', 'causeway status --conf ']
  const ask = lines.map(line => `complete -C '${line}'; echo =`)
  const { stdout } = await run('fish', ['--no-config', '-c', [`source ${file}`, `cd ${dirname(file)}/empty`, ...ask].join('\n')], { env: { ...process.env, HOME: tmpdir() } })
  const found = stdout.split('=\n').map(part => part.split('\n').flatMap(line => line === '' ? [] : [line.split('\t')[0] ?? '']))
  for (const [i, verb] of verbs.entries()) {
    const name = verb.path.join(' ')
    t.same([...found[2 * i] ?? []].sort(), [...expectedAfter(verb) ?? []].sort(), `words after ${name}`)
    t.same([...found[2 * i + 1] ?? []].sort(), [...optionsOf(verb)].sort(), `options of ${name}`)
  }
  t.same(found.slice(2 * verbs.length, -1), [['bridge'], ['bridge', 'listener'], ['--json'], []], 'the beginning of a word, a name that is a verb too, a file')
})

/** Stands for what zsh's own completion does with what it is given: says it. */
const zshStubs = `
compdef () { :; }
_files () { print files; }
_describe () { local name="$argv[-1]"; print -r -- "$argv[-2] \${(@)\${(@P)name}%%:*}"; }
ask () { words=("$@") CURRENT=$# PREFIX="$argv[-1]"; _causeway; }
`

test('zsh: each verb, each of its options, and the choices of its arguments', { skip: missing('zsh') }, async t => {
  const file = await scriptFile(t, 'zsh')
  const verbs = verbsOf(program)
  const ask = verbs.flatMap(({ path }) => [`ask causeway ${path.join(' ')} ''`, `ask causeway ${path.join(' ')} --`])
  const { stdout } = await run('zsh', ['-f', '-c', [zshStubs, `source ${file}`, ...ask, 'ask causeway trust commit bridge \'\'', 'ask causeway status --conf \'\''].join('\n')])
  const found = stdout.split('\n').map(line => line.startsWith('option ') ? `option ${line.split(' ').slice(1).sort().join(' ')}` : line)
  for (const [i, verb] of verbs.entries()) {
    const [name, after, flags] = [verb.path.join(' '), expectedAfter(verb), `option ${[...optionsOf(verb)].sort().join(' ')}`]
    t.equal(found[2 * i], after === null ? 'files' : after.length === 0 ? flags : `verb ${after.join(' ')}`, `words after ${name}`)
    t.equal(found[2 * i + 1], flags, `options of ${name}`)
  }
  t.same(found.slice(2 * verbs.length), ['verb bridge listener', 'files', ''], 'a name that is a verb too, a file')
})

test('zsh: the tabulator key in a shell that has read the script', { skip: missing('zsh') }, async t => {
  const file = await scriptFile(t, 'zsh')
  // neither before nor in the script is completion set up: it does that itself
  const typed = `zmodload zsh/zpty
zpty shell "HOME=\${1:h} zsh -f -i"
zpty -w shell "PS1= ZDOTDIR=\${1:h}; bindkey '^I' complete-word; source $1; print rea''dy"
zpty -r shell answer '*ready*'
zpty -n -w shell $'causeway bri\t'
zpty -r shell answer '*bridge*'
print -r -- $answer
zpty -d shell`
  const { stdout } = await run('zsh', ['-f', '-c', typed, 'zsh', file], { timeout: 20_000 })
  t.match(stdout, /causeway bridge/)
})

test('each verb that asks a running edge can answer as JSON', async t => {
  for (const { path, command } of verbsOf(program)) {
    const options = command.options.map(({ long }) => long)
    if (options.includes('--socket')) t.ok(options.includes('--json'), path.join(' '))
  }
})
