/** This package as files: where it lies, which version it is, how Node starts one of its modules. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of package.json, whether this runs from source, from `dist/` or from the compiled tests. Ends with a slash. */
export const packageRoot: URL = folderOf('package.json', new URL('.', import.meta.url))

/** The version in package.json. */
export function packageVersion (): string {
  const parsed: unknown = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8'))
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed && typeof parsed.version === 'string') return parsed.version
  return 'unknown'
}

/**
 * Node's arguments that start a module of this package in a process of its own.
 * @param file names it with the extension `.ts`, relative to the caller's `import.meta.url`
 */
export function nodeArguments (file: URL): string[] {
  const path = fileURLToPath(file)
  if (!import.meta.url.endsWith('.ts')) return [path.replace(/\.ts$/, '.js')]
  return ['--import', import.meta.resolve('tsx'), path]
}

function folderOf (name: string, from: URL): URL {
  if (existsSync(new URL(name, from))) return from
  const above = new URL('..', from)
  if (above.href === from.href) throw new Error(`no ${name} above ${import.meta.url}`)
  return folderOf(name, above)
}
