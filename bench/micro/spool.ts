/** Appending to the journal in groups, without a medium under it: what the processor does, not what the disk does. */
import type { Disk, SpoolFile } from '../../src/spool/disk.ts'
import { Spool } from '../../src/spool/spool.ts'
import { viewOf } from '../../test/support/publish-frames.ts'
import { chunkOf, sameTopic } from './chunks.ts'
import { CHUNK, type Subject } from './subject.ts'

const done = async (): Promise<void> => Promise.resolve()

/** Takes everything and keeps nothing. */
const file: SpoolFile = { syncsItself: false, append: done, sync: done, read: async () => Promise.resolve(0), size: async () => Promise.resolve(0), close: done }
const disk: Disk = {
  makeDirectory: done,
  lock: async () => Promise.resolve(done),
  list: async () => Promise.resolve([]),
  create: async () => Promise.resolve(file),
  openForReading: async () => Promise.resolve(file),
  readWhole: async () => Promise.resolve(Buffer.alloc(0)),
  rename: done,
  remove: done,
  syncDirectory: done,
  free: async () => Promise.resolve(1e12)
}

let reached: (() => void) | null = null
let wanted = 0
const spool = await Spool.open({
  dir: '/nowhere',
  fsync: 'always',
  limits: { maxBytes: 1e12, maxMessages: 1e9, maxAgeMs: 0, minFreeBytes: 0 },
  disk,
  listener: {
    durable (number) { if (number >= wanted) reached?.() },
    dropped () {},
    failing (reason) { throw new Error(reason) },
    recovered () {}
  }
})
const clientId = Buffer.from('device-7')
const chunk = chunkOf({ qos: 1, payload: 200, topic: sameTopic })
const length = chunk.length / CHUNK
const views = Array.from({ length: CHUNK }, (_, place) => viewOf(chunk, place * length))

async function appendChunk (): Promise<void> {
  const first = spool.last + 1
  for (const view of views) spool.append(view, clientId, 0)
  wanted = spool.last
  await new Promise<void>(resolve => { reached = resolve })
  for (let number = first; number <= wanted; number++) spool.acknowledge(number)
}

export const spoolSubjects: readonly Subject[] = [
  { name: 'spool: append, group commit, acknowledge (no disk)', messages: CHUNK, work: appendChunk }
]
export const closeSpool = async (): Promise<void> => spool.close()
