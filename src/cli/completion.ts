/** `causeway completion`: a script for the shell, made from the verbs and options as they are. */
import type { Command } from 'commander'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = typeof shells[number]

interface Words {
  /** Verb, or verb and what is below it. */
  readonly path: readonly string[]
  readonly description: string
  readonly options: readonly { readonly long: string, readonly description: string }[]
  readonly below: readonly string[]
}

export function completionScript (program: Command, shell: Shell): string {
  const all = wordsOf(program, [])
  return shell === 'bash' ? bash(all) : shell === 'zsh' ? zsh(all) : fish(all)
}

function wordsOf (command: Command, path: readonly string[]): readonly Words[] {
  const own = { path, description: command.description(), options: command.options.flatMap(({ long, description }) => long == null ? [] : [{ long, description }]), below: command.commands.map(each => each.name()) }
  return [own, ...command.commands.flatMap(each => wordsOf(each, [...path, each.name()]))]
}

/** The words after `causeway` that are verbs choose the list; anything else is a file. */
function bash (all: readonly Words[]): string {
  const cases = all.map(({ path, options, below }) => `    '${path.join(' ')}') words='${[...below, ...options.map(({ long }) => long), '--help'].join(' ')}' ;;`)
  return `_causeway () {
  local path= word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) case " ${all.filter(({ path }) => path.length > 0).map(({ path }) => path.join('_')).join(' ')} " in *" \${path:+\${path// /_}_}$word "*) path="\${path:+$path }$word" ;; esac ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _causeway causeway
`
}

function zsh (all: readonly Words[]): string {
  return `#compdef causeway\nautoload -U +X bashcompinit && bashcompinit\n${bash(all)}`
}

function fish (all: readonly Words[]): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll('\'', '\\\'')}'`
  const lines = all.flatMap(({ path, options, below }) => {
    const [verb, deeper] = path
    const seen = deeper !== undefined ? `__fish_seen_subcommand_from ${verb ?? ''}; and __fish_seen_subcommand_from ${deeper}` : verb === undefined ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${verb}`
    return [
      ...below.map(word => `complete -c causeway -n ${quoted(seen)} -a ${word} -d ${quoted(all.find(each => each.path.join(' ') === [...path, word].join(' '))?.description ?? '')}`),
      ...options.map(({ long, description }) => `complete -c causeway -n ${quoted(seen)} -l ${long.slice(2)} -d ${quoted(description)}`)
    ]
  })
  return lines.join('\n') + '\n'
}
