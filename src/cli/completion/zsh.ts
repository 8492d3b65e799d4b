/** For zsh: a completion function of its own kind, since its emulation of bash does not run what bash does. Works sourced, and as a file `_causeway` in `fpath`. */
import { describedBelow, takesFiles, typedPaths, type Words } from './words.ts'

export function zsh (all: readonly Words[]): string {
  const cases = all.map(words => {
    const { path, options, choices } = words
    const next = [...describedBelow(words, all).map(([word, description]) => described(word, description)), ...choices.map(quoted)]
    return `    ${quoted(path.join(' '))})
      next=(${next.join(' ')}) files=${takesFiles(words) ? 1 : 0}
      flags=(${options.map(({ long, description }) => described(long, description)).join(' ')})
      valued=(${options.filter(({ takesValue }) => takesValue).map(({ long }) => long).join(' ')}) ;;`
  })
  return `#compdef causeway
_causeway () {
  local at= word files=0
  local -a paths next flags valued
  paths=(${typedPaths(all).map(quoted).join(' ')})
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ $word != -* ]] && (( \${paths[(Ie)\${at:+$at }$word]} )) && at="\${at:+$at }$word"
  done
  case $at in
${cases.join('\n')}
  esac
  if (( \${valued[(Ie)\${words[CURRENT-1]}]} )); then _files
  elif [[ $PREFIX == -* ]]; then _describe -o option flags
  elif (( $#next )); then _describe verb next
  elif (( files )); then _files
  else _describe -o option flags
  fi
}
if [[ $funcstack[1] == _causeway ]]; then _causeway "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i; }
  compdef _causeway causeway
fi
`
}

function described (word: string, description: string): string {
  return quoted(`${word}:${description}`)
}

function quoted (text: string): string {
  return `'${text.replaceAll('\'', '\'\\\'\'')}'`
}
