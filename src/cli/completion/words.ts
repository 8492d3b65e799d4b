/** The verbs, options and choices that a shell may offer, as they are. */
import type { Command } from 'commander'
import { benchOptions } from '../../bench/options.ts'

export interface OfferedOption {
  readonly long: string
  readonly description: string
  readonly takesValue: boolean
}

/** What may follow a verb, or a verb and what is below it. */
export interface Words {
  /** Empty: before any verb. */
  readonly path: readonly string[]
  readonly description: string
  readonly options: readonly OfferedOption[]
  readonly below: readonly string[]
  /** Values that arguments may have; empty where all may be. */
  readonly choices: readonly string[]
  readonly hasArguments: boolean
}

const HELP: OfferedOption = { long: '--help', description: 'show what there is', takesValue: false }

export function wordsOf (command: Command, path: readonly string[] = []): readonly Words[] {
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
function optionsOf (command: Command): readonly OfferedOption[] {
  if (command.name() === 'bench') return benchOptions.filter(({ long }) => long !== HELP.long).map(option => ({ ...option, description: 'causeway bench --help says what it is' }))
  return command.options.flatMap(({ long, description, required, optional }) => long == null ? [] : [{ long, description, takesValue: required || optional }])
}

/** What is said of each verb that may follow this one. */
export function describedBelow ({ path, below }: Words, all: readonly Words[]): readonly (readonly [word: string, description: string])[] {
  return below.map(word => [word, all.find(each => each.path.join(' ') === [...path, word].join(' '))?.description ?? ''])
}

/** An argument is a file, or something that the shell does not know: files are offered. */
export function takesFiles ({ hasArguments, choices }: Words): boolean {
  return hasArguments && choices.length === 0
}

/** All paths but the empty one, as they are typed. */
export function typedPaths (all: readonly Words[]): readonly string[] {
  return all.flatMap(({ path }) => path.length === 0 ? [] : [path.join(' ')])
}
