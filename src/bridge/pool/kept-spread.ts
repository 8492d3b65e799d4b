/**
 * By how many links the messages of a bridge on disk were shared out, and which of them came before the last change of that: without it
 * a process that is started with another number of links could send what a client said later first.
 */
import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Priority } from '../../config/model.ts'

/** Number of the last message, in each queue on disk of one link. */
export type KeptMarks = Readonly<Partial<Record<Priority, number>>>
/** Of all links, by their places. */
export type KeptStage = readonly KeptMarks[]

export interface KeptSpread {
  readonly links: number
  readonly stages: readonly KeptStage[]
}

/** More changes than that, each before what it waits for was sent, are taken together. */
const MOST_STAGES = 8
const NAME = 'links'

/** What a change of the number of links makes of the stages that are left. */
export function withStage<T> (stages: readonly T[], stage: T): readonly T[] {
  return [...stages.slice(0, MOST_STAGES - 1), stage]
}

/** @returns null where nothing is kept, or nothing that could be read */
export async function readKeptSpread (dir: string): Promise<KeptSpread | null> {
  try {
    const kept: unknown = JSON.parse(await readFile(join(dir, NAME), 'utf8'))
    return isKeptSpread(kept) ? kept : null
  } catch {
    return null
  }
}

function isKeptSpread (value: unknown): value is KeptSpread {
  if (typeof value !== 'object' || value === null || !('links' in value) || !('stages' in value)) return false
  const { links, stages } = value
  return Number.isSafeInteger(links) && Array.isArray(stages) && stages.every(stage => Array.isArray(stage) && stage.every(isMarks))
}

function isMarks (value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every(mark => typeof mark === 'number')
}

/** Whole or not at all, also after a power cut. @throws errors of the disk as they are */
export async function writeKeptSpread (dir: string, { links, stages }: KeptSpread): Promise<void> {
  const file = join(dir, NAME)
  const draft = `${file}.new`
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify({ links, stages })}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
  const directory = await open(dir, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
