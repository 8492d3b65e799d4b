/** All routes of the application, as they are added: for the index, and for who asks for a path in a way that it has not. */
import type { FastifyInstance } from 'fastify'

export interface RouteEntry {
  readonly path: string
  readonly method: string
  /** Empty: there is nothing to say. */
  readonly descr: string
}

export class RouteList {
  readonly entries: RouteEntry[] = []
  readonly #patterns: { readonly pattern: RegExp, readonly method: string }[] = []

  /** @param app its routes that are added from now on are known */
  constructor (app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method, schema }) => {
      this.entries.push({ path: url, method: String(method), descr: (schema as { readonly summary?: string } | undefined)?.summary ?? '' })
      this.#patterns.push({ pattern: new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')}/?$`), method: String(method) })
    })
  }

  /** Methods that the path has, in the order of the alphabet; none: it is not there. */
  methodsOf (path: string): readonly string[] {
    return this.#patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method).sort()
  }
}
