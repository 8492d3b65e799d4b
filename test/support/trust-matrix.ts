/** Rows of the matrix: a server and what it is held to, dialled over real TLS, accepted or refused with the message; one that is refused was told nothing. */
import { test } from 'tap'
import type { Test } from 'tap'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TlsOptions } from 'node:tls'
import type { DialOptions } from '../../src/trust/dial.ts'
import type { Demands } from '../../src/trust/peer/demands.ts'
import type { Issued } from './issued.ts'
import { ocspResponder } from './ocsp.ts'
import { tlsRemote } from './tls-remote.ts'
import { dialOptions, refusalOf } from './verified-dial.ts'

export interface TrustRow {
  readonly server: Issued
  /** @default what the server's certificate was issued by, without the root */
  readonly sent?: string
  readonly tls?: TlsOptions & { readonly staple?: Buffer }
  /** Content of cacertfile. */
  readonly ca?: string
  /** Content of the files of crlfile. */
  readonly lists?: readonly string[]
  /** Source text of a verification plugin. */
  readonly plugin?: string
  readonly demands?: Partial<Demands>
  /** @default 'localhost' */
  readonly host?: string
  /** @default null */
  readonly sni?: string | null
  /** Words about what was let pass without proof. @default none */
  readonly unproven?: RegExp
  /** OCSP answers that speak for it. @default 0 */
  readonly proven?: number
  /** null: accepted. */
  readonly refused: null | readonly [code: string, words: RegExp]
}

/** A row whose certificates name a responder that was started for it. */
export interface AskedRow {
  /** What it answers; null: nothing, for ever. */
  readonly answer: (question: Buffer, server: Issued) => Buffer | null
  readonly server: (responder: string) => Issued
  readonly row: Omit<TrustRow, 'server'>
  /** @default 1 */
  readonly asked?: number
}

/** @param ca of rows that name none */
export function runMatrix (matrix: Readonly<Record<string, Readonly<Record<string, TrustRow | AskedRow>>>>, ca: string): void {
  for (const [group, rows] of Object.entries(matrix)) {
    test(group, async t => {
      for (const [what, row] of Object.entries(rows)) await t.test(what, async t => 'answer' in row ? runAsked(t, row, ca) : runRow(t, row, ca))
    })
  }
}

async function runAsked (t: Test, { answer, server, row, asked = 1 }: AskedRow, ca: string): Promise<void> {
  const issued: Issued[] = []
  const responder = await ocspResponder(t, question => issued[0] === undefined ? null : answer(question, issued[0]))
  issued.push(server(responder.url))
  for (const each of issued) await runRow(t, { ...row, server: each }, ca)
  t.equal(responder.questions.length, asked, 'questions that the responder was asked')
}

async function runRow (t: Test, row: TrustRow, ca: string): Promise<void> {
  const { server, sent = server.sent, tls = {}, refused, unproven, proven = 0 } = row
  const remote = await tlsRemote(t, { certPem: sent, keyPem: server.key.export({ type: 'pkcs8', format: 'pem' }).toString() }, tls)
  const [warnings, proofs]: [string[], unknown[]] = [[], []]
  const witness = { unproven: (words: string) => { warnings.push(words) }, proven: (answer: unknown) => { proofs.push(answer) } }
  const refusal = await refusalOf({ ...await optionsOf(t, { ca, ...row }, remote.port), witness })
  if (refused === null) t.equal(refusal?.message, undefined, 'it is accepted')
  else t.match(refusal, { code: new RegExp(`^${refused[0]}$`), message: refused[1], hint: /\S/ })
  if (unproven === undefined) t.same(warnings, [], 'nothing is let pass without proof')
  else t.match(warnings.join('; '), unproven)
  if (refused === null) t.equal(proofs.length, proven, 'OCSP answers that speak for it')
  await remote.ended()
  t.equal(remote.heard, 0, 'nothing was said to it')
}

async function optionsOf (t: Test, { ca = '', lists = [], plugin, demands = {}, host = 'localhost', sni = null }: TrustRow, port: number): Promise<DialOptions> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-matrix-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const write = async (name: string, content: string): Promise<string> => {
    await writeFile(join(dir, name), content)
    return join(dir, name)
  }
  const crlfile = await Promise.all(lists.map(async (content, i) => write(`list-${i}.pem`, content)))
  const verifyPlugin = plugin === undefined ? null : await write('verify.mjs', plugin)
  return dialOptions(await write('ca.pem', ca), port, { host, servername: sni, connectTimeoutMs: 20_000, handshakeTimeoutMs: 20_000 }, { ...demands, crlfile, verifyPlugin })
}
