/** Where to listen for a change of what a path leads to: the directory of each symbolic link on the way, and that of the file itself. */
import { lstat, readlink } from 'node:fs/promises'
import { dirname, join, parse, resolve, sep } from 'node:path'

/** As many links as Linux itself follows. */
const MAX_HOPS = 40

/** All of them exist, unless they went away meanwhile: of a path that is not there yet it is the last directory that is. */
export async function watchedDirectories (file: string): Promise<ReadonlySet<string>> {
  const path = resolve(file)
  const { root } = parse(path)
  const found = new Set<string>()
  let at = root
  let hops = 0
  let rest = namesOf(path.slice(root.length))
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === '..') {
      at = dirname(at)
      continue
    }
    const next = join(at, name)
    const target = await targetOf(next)
    if (target === undefined || target !== null || rest.length === 0) found.add(at)
    if (target === undefined) break
    if (target === null) at = next
    else {
      if (++hops > MAX_HOPS) break
      const start = parse(target).root
      if (start !== '') at = start
      rest = [...namesOf(target.slice(start.length)), ...rest]
    }
  }
  return found
}

/** Where a link points; null when it is none, undefined when nothing is there. */
async function targetOf (path: string): Promise<string | null | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : null
  } catch {
    return undefined
  }
}

function namesOf (path: string): string[] {
  return path.split(sep).filter(name => name !== '' && name !== '.')
}
