/** What the links of a bridge keep on disk: journals for each, and by how many links the messages in them were shared out. */
import { join } from 'node:path'
import type { BridgeConfig, Priority } from '../../config/model.ts'
import { reasonOf } from '../../errors.ts'
import { realDisk } from '../../spool/disk.ts'
import { furtherJournals } from '../../spool/inspection.ts'
import { BridgeJournals, type BridgeJournalsOptions, openBridgeJournals } from '../up/bridge-journals.ts'
import { type KeptMarks, type KeptSpread, type KeptStage, readKeptSpread, withStage, writeKeptSpread } from './kept-spread.ts'

/**
 * Opens the journals of all links there are, and of those that there were and that left something.
 * @throws SpoolError when a directory is another process's, of another version, or can not be used; nothing is open then
 */
export async function openPoolStore (config: BridgeConfig, options: BridgeJournalsOptions): Promise<PoolStore> {
  const { enable, spool, links } = config
  if (!enable || spool === null) return new PoolStore(null, options, [], [])
  const { disk = realDisk } = options
  await disk.makeDirectory(spool.dir)
  const kept = await readKeptSpread(spool.dir) ?? { links: 1, stages: [] }
  const places = Math.max(links, kept.links, ...(await furtherJournals(spool.dir, disk)).map(({ link }) => link))
  const journals: BridgeJournals[] = []
  try {
    for (let place = 0; place < places; place++) journals.push(await openAt(place, config, options))
    const store = new PoolStore(spool.dir, options, journals, stagesNow(kept, links, journals))
    if (links !== kept.links) await store.write({ links, stages: store.stages })
    return store
  } catch (error) {
    for (const each of journals) await each.close()
    throw error
  }
}

/** A mark says nothing of a journal that was empty and has begun anew with its numbers. */
function stagesNow (kept: KeptSpread, links: number, journals: readonly BridgeJournals[]): readonly KeptStage[] {
  const ends = journals.map(each => each.ends)
  const left = kept.stages.map(stage => stage.map((marks, place) => noLaterThan(ends[place] ?? {}, marks)))
  return links === kept.links ? left : withStage(left, ends)
}

function noLaterThan (ends: KeptMarks, marks: KeptMarks): KeptMarks {
  return Object.fromEntries(Object.entries(marks).map(([priority, mark]) => [priority, Math.min(mark, ends[priority as Priority] ?? mark)]))
}

async function openAt (place: number, config: BridgeConfig, options: BridgeJournalsOptions): Promise<BridgeJournals> {
  if (place === 0 || config.spool === null) return openBridgeJournals(config, options)
  const { spool } = config
  return openBridgeJournals({ ...config, spool: { ...spool, dir: join(spool.dir, `link-${place + 1}`) } }, { ...options, logger: options.logger.child({ link: place + 1 }) })
}

export class PoolStore {
  readonly #dir: string | null
  readonly #options: BridgeJournalsOptions
  /** By place of their link. */
  readonly #journals: BridgeJournals[]
  /** As they were when it was opened. */
  readonly stages: readonly KeptStage[]
  #last: Promise<void> = Promise.resolve()

  /** @param dir null: nothing is kept on disk */
  constructor (dir: string | null, options: BridgeJournalsOptions, journals: BridgeJournals[], stages: readonly KeptStage[]) {
    this.#dir = dir
    this.#options = options
    this.#journals = journals
    this.stages = stages
    this.#acquaint()
  }

  #acquaint (): void {
    for (const own of this.#journals) {
      const others = this.#journals.filter(each => each !== own).flatMap(({ all }) => all)
      for (const journal of own.all) journal.others = others
    }
  }

  /** Opens the journals of further links, up to so many. @throws SpoolError; what is open then stays open */
  async grow (config: BridgeConfig, links: number): Promise<void> {
    if (this.#dir === null) return
    while (this.places < links) this.#journals.push(await openAt(this.places, config, this.#options))
    this.#acquaint()
  }

  /** Links that have journals. */
  get places (): number { return this.#journals.length }

  /** Of the link at this place. */
  at (place: number): BridgeJournals { return this.#journals[place] ?? new BridgeJournals(new Map()) }

  /** Settles when it is kept, or can not be. */
  async write (spread: KeptSpread): Promise<void> {
    const { logger } = this.#options
    const dir = this.#dir
    if (dir === null) return
    const before = this.#last
    this.#last = (async () => {
      await before
      await writeKeptSpread(dir, spread).catch((error: unknown) => {
        logger.warn({ dir, reason: reasonOf(error), hint: 'Look at the disk and its file system' }, 'by how many links messages were shared out can not be kept; after a restart clients may be heard out of order')
      })
    })()
    await this.#last
  }

  async close (): Promise<void> {
    await this.#last
    for (const journals of this.#journals) await journals.close()
  }
}
