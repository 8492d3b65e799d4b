/** A disk in memory that can lose power, fill up and fail: what was not synced may be lost, torn or kept out of order, directory entries too. */
import type { Disk, SpoolFile } from '../../src/spool/disk.ts'

interface Inode {
  /** Each append by itself; those below `synced` are on the medium. */
  writes: Buffer[]
  synced: number
}

/** Answers a number from 0 up to, not including, its argument. */
export type Choose = (below: number) => number

export class FaultyDisk implements Disk {
  /** What a process sees, and what the medium has of the directory. */
  #entries = new Map<string, Inode>()
  #durableEntries = new Map<string, Inode>()
  freeBytes = Number.MAX_SAFE_INTEGER
  /** Set to make the next appends or syncs fail with this code. */
  failAppend: string | null = null
  failSync: string | null = null
  syncs = 0
  removed: string[] = []
  readonly #syncsItself: boolean

  /** @param syncsItself has it files whose appends are synced? */
  constructor (syncsItself = true) {
    this.#syncsItself = syncsItself
  }

  async makeDirectory (): Promise<void> {}

  async lock (): Promise<() => Promise<void>> {
    return async () => {}
  }

  async list (dir: string): Promise<string[]> {
    return [...this.#entries.keys()].filter(name => name.startsWith(dir + '/')).map(name => name.slice(dir.length + 1))
  }

  /** A full disk has a place for a file all the same, and none for what is to stand in it. */
  async create (file: string, synced: boolean): Promise<SpoolFile> {
    if (this.#entries.has(file)) throw coded('EEXIST')
    const inode: Inode = { writes: [], synced: 0 }
    this.#entries.set(file, inode)
    return this.#file(inode, synced && this.#syncsItself)
  }

  async openForReading (file: string): Promise<SpoolFile> {
    return this.#file(this.#inode(file), false)
  }

  async readWhole (file: string): Promise<Buffer> {
    return Buffer.concat(this.#inode(file).writes)
  }

  async rename (from: string, to: string): Promise<void> {
    this.#entries.set(to, this.#inode(from))
    this.#entries.delete(from)
  }

  async remove (file: string): Promise<void> {
    this.#entries.delete(file)
    this.removed.push(file)
  }

  async syncDirectory (): Promise<void> {
    if (this.failSync !== null) throw coded(this.failSync)
    this.#durableEntries = new Map(this.#entries)
  }

  async free (): Promise<number> {
    return this.freeBytes
  }

  /** The power goes; what remains is a disk as the next boot finds it. */
  losePower (choose: Choose): FaultyDisk {
    const after = new FaultyDisk(this.#syncsItself)
    const names = new Set([...this.#entries.keys(), ...this.#durableEntries.keys()])
    for (const name of names) {
      const now = this.#entries.get(name)
      const durable = this.#durableEntries.get(name)
      // an entry that was not synced may or may not have made it
      const inode = now === durable ? now : choose(2) === 0 ? durable : now
      if (inode === undefined) continue
      after.#entries.set(name, survivor(inode, choose))
    }
    after.#durableEntries = new Map(after.#entries)
    return after
  }

  /** Overwrites one bit of a file. */
  flip (file: string, byte: number, bit: number): void {
    const inode = this.#inode(file)
    const whole = Buffer.concat(inode.writes)
    whole[byte] = (whole[byte] ?? 0) ^ (1 << bit)
    inode.writes = [whole]
    inode.synced = 1
  }

  /** Cuts a file. */
  truncate (file: string, length: number): void {
    const inode = this.#inode(file)
    inode.writes = [Buffer.concat(inode.writes).subarray(0, length)]
    inode.synced = 1
  }

  #inode (file: string): Inode {
    const inode = this.#entries.get(file)
    if (inode === undefined) throw coded('ENOENT')
    return inode
  }

  #file (inode: Inode, syncsItself: boolean): SpoolFile {
    return {
      syncsItself,
      append: async bytes => {
        if (this.failAppend !== null) {
          // a full disk takes a part of it
          inode.writes.push(Buffer.from(bytes.subarray(0, bytes.length >> 1)))
          throw coded(this.failAppend)
        }
        inode.writes.push(Buffer.from(bytes))
        if (syncsItself) await this.#sync(inode)
      },
      sync: async () => this.#sync(inode),
      read: async (bytes, position) => Buffer.concat(inode.writes).copy(bytes, 0, position, position + bytes.length),
      size: async () => inode.writes.reduce((sum, write) => sum + write.length, 0),
      close: async () => {}
    }
  }

  async #sync (inode: Inode): Promise<void> {
    const length = inode.writes.length
    // the power may go while it is under way
    await new Promise(resolve => setImmediate(resolve))
    if (this.failSync !== null) {
      // as kernels do: the pages are marked clean, the next sync would succeed, and the data is not on the medium
      inode.writes.length = inode.synced
      throw coded(this.failSync)
    }
    this.syncs++
    inode.synced = Math.max(inode.synced, length)
  }
}

function survivor (inode: Inode, choose: Choose): Inode {
  const writes = inode.writes.slice(0, inode.synced)
  const doubtful = inode.writes.slice(inode.synced)
  switch (choose(4)) {
    case 0: break
    case 1: writes.push(...doubtful.slice(0, choose(doubtful.length + 1))); break
    case 2: { // torn
      const whole = Buffer.concat(doubtful)
      writes.push(whole.subarray(0, choose(whole.length + 1)))
      break
    }
    default: // out of order: a later page is there, an earlier one is zeros
      writes.push(...doubtful.map(write => choose(2) === 0 ? write : Buffer.alloc(write.length)))
  }
  return { writes, synced: writes.length }
}

function coded (code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code })
}
