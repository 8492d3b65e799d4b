/** `causeway completion`: a script for the shell, made from the verbs, options and choices as they are. */
import type { Command } from 'commander'
import { bash } from './bash.ts'
import { fish } from './fish.ts'
import { wordsOf } from './words.ts'
import { zsh } from './zsh.ts'

const scripts = { bash, zsh, fish } as const

export type Shell = keyof typeof scripts

export function completionScript (program: Command, shell: Shell): string {
  return scripts[shell](wordsOf(program))
}
