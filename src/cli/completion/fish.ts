/** For fish: one condition, the verbs that stand there already, and one line for each word that may follow them. */
import { describedBelow, takesFiles, typedPaths, type Words } from './words.ts'

export function fish (all: readonly Words[]): string {
  return `function __causeway_at
  set -l at
  set -l words (commandline -opc)
  set -e words[1]
  for word in $words
    string match -q -- '-*' $word; and continue
    contains -- (string join ' ' $at $word) ${typedPaths(all).map(quoted).join(' ')}; and set -a at $word
  end
  test "$at" = "$argv[1]"
end
${all.flatMap(words => linesOf(words, all)).join('\n')}
`
}

function linesOf (words: Words, all: readonly Words[]): readonly string[] {
  const here = `complete -c causeway -n ${quoted(`__causeway_at ${quoted(words.path.join(' '))}`)}`
  return [
    ...(takesFiles(words) ? [] : [`${here} -f`]),
    ...describedBelow(words, all).map(([word, description]) => `${here} -a ${word} -d ${quoted(description)}`),
    ...words.choices.map(word => `${here} -a ${word}`),
    ...words.options.map(({ long, description, takesValue }) => `${here} -l ${long.slice(2)}${takesValue ? ' -r -F' : ''} -d ${quoted(description)}`)
  ]
}

function quoted (text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll('\'', '\\\'')}'`
}
