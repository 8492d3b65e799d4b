/** `causeway completion`: a script for the shell, made from the verbs, options and choices as they are. */
import type { Command } from 'commander'
import { benchOptions } from '../bench/options.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = typeof shells[number]

interface Option {
  readonly long: string
  readonly description: string
  readonly takesValue: boolean
}

interface Words {
  /** Verb, or verb and what is below it. */
  readonly path: readonly string[]
  readonly description: string
  readonly options: readonly Option[]
  readonly below: readonly string[]
  /** Values that arguments may have; empty where all may be. */
  readonly choices: readonly string[]
  readonly hasArguments: boolean
}

const HELP: Option = { long: '--help', description: 'show what there is', takesValue: false }

export function completionScript (program: Command, shell: Shell): string {
  const all = wordsOf(program, [])
  return shell === 'bash' ? bash(all) : shell === 'zsh' ? zsh(all) : fish(all)
}

function wordsOf (command: Command, path: readonly string[]): readonly Words[] {
  const own = {
    path,
    description: command.description(),
    options: [...optionsOf(command), HELP],
    below: command.commands.map(each => each.name()),
    choices: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    hasArguments: command.registeredArguments.length > 0
  }
  return [own, ...command.commands.flatMap(each => wordsOf(each, [...path, each.name()]))]
}

/** Those of `bench` are its own affair. */
function optionsOf (command: Command): readonly Option[] {
  if (command.name() === 'bench') return benchOptions.filter(({ long }) => long !== HELP.long).map(option => ({ ...option, description: 'causeway bench --help says what it is' }))
  return command.options.flatMap(({ long, description, required, optional }) => long == null ? [] : [{ long, description, takesValue: required || optional }])
}

/**
 * The words after `causeway` that are verbs choose the list; anything else is a file. Behind an option that takes a value, and where a verb takes
 * any argument, nothing is offered, and bash offers files.
 */
function bash (all: readonly Words[]): string {
  const cases = all.map(({ path, options, below, choices, hasArguments }) => {
    const words = [...below, ...choices]
    const flags = options.map(({ long }) => long).join(' ')
    return `    '${path.join(' ')}') words='${words.length === 0 && !hasArguments ? flags : words.join(' ')}' flags='${flags}' valued='${options.filter(({ takesValue }) => takesValue).map(({ long }) => long).join(' ')}' ;;`
  })
  return `_causeway () {
  local path= word words flags valued current="\${COMP_WORDS[COMP_CWORD]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) case " ${all.filter(({ path }) => path.length > 0).map(({ path }) => path.join('_')).join(' ')} " in *" \${path:+\${path// /_}_}$word "*) path="\${path:+$path }$word" ;; esac ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=()
  case " $valued " in *" \${COMP_WORDS[COMP_CWORD-1]} "*) return ;; esac
  case "$current" in -*) words="$flags" ;; esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _causeway causeway
`
}

function zsh (all: readonly Words[]): string {
  return `#compdef causeway\nautoload -U +X bashcompinit && bashcompinit\n${bash(all)}`
}

function fish (all: readonly Words[]): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll('\'', '\\\'')}'`
  const lines = all.flatMap(({ path, options, below, choices }) => {
    const seen = quoted(seenOf(path, all))
    return [
      ...below.map(word => `complete -c causeway -n ${seen} -a ${word} -d ${quoted(all.find(each => each.path.join(' ') === [...path, word].join(' '))?.description ?? '')}`),
      ...choices.map(word => `complete -c causeway -n ${seen} -a ${word}`),
      ...options.map(({ long, description, takesValue }) => `complete -c causeway -n ${seen} -l ${long.slice(2)}${takesValue ? ' -r' : ''} -d ${quoted(description)}`)
    ]
  })
  return lines.join('\n') + '\n'
}

/** A verb is not meant where its name stands below another one, as in `trust status`. */
function seenOf ([verb, deeper]: readonly string[], all: readonly Words[]): string {
  if (verb === undefined) return '__fish_use_subcommand'
  if (deeper !== undefined) return `__fish_seen_subcommand_from ${verb}; and __fish_seen_subcommand_from ${deeper}`
  const others = all.filter(({ path, below }) => path.length === 1 && below.includes(verb)).map(({ path: [other = ''] }) => `; and not __fish_seen_subcommand_from ${other}`)
  return `__fish_seen_subcommand_from ${verb}${others.join('')}`
}
