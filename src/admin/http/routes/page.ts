/** The page at `/`: files as they stand in `src/admin/page`, behind the same door as the interface. */
import type { FastifyInstance } from 'fastify'
import { readFile } from 'node:fs/promises'

const TYPES = { html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml' } as const

const files = [
  'index.html', 'look.css', 'parts.css', 'icon.svg', 'main.js', 'node.js', 'element.js', 'words.js', 'chart.js', 'reason.js', 'figures.js', 'links.js', 'latency.js', 'trust.js', 'certificates.js', 'events.js', 'decision.js'
] as const

/**
 * Nothing from elsewhere, nothing in line, no frame around it; and no text becomes markup: the browser itself refuses
 * what is not made of nodes.
 */
const HEADERS = {
  'content-security-policy': 'default-src \'none\'; script-src \'self\'; style-src \'self\'; img-src \'self\'; connect-src \'self\'; base-uri \'none\'; form-action \'none\'; frame-ancestors \'none\'; require-trusted-types-for \'script\'; trusted-types \'none\'',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin'
} as const

export async function pageRoutes (app: FastifyInstance): Promise<void> {
  for (const file of files) {
    const content = await readFile(new URL(`../../page/${file}`, import.meta.url))
    const type = TYPES[file.slice(file.lastIndexOf('.') + 1) as keyof typeof TYPES]
    app.get(file === 'index.html' ? '/' : `/${file}`, { schema: { hide: true, summary: file === 'index.html' ? 'The page.' : 'A part of the page.' } }, (_request, reply) => reply.headers({ ...HEADERS, 'content-type': type }).send(content))
  }
}
