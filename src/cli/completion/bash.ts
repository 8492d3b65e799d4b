/** For bash: one function, and one list of words for each verb. */
import type { Words } from './words.ts'

/**
 * The words after `causeway` that are verbs choose the list; anything else is a file. Behind an option that takes a value, and where a verb takes
 * any argument, nothing is offered, and bash offers files.
 */
export function bash (all: readonly Words[]): string {
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
