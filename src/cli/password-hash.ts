/** `causeway password hash`: reads a password where nobody else sees it and prints what the configuration keeps of it. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { makeScramSecret } from '../broker/auth/scram-secret.ts'
import { makeScryptHash } from '../broker/auth/scrypt-hash.ts'
import { type CliIo, ExitCode, type InputStream } from './io.ts'

/** A password of MQTT is no longer. */
const MOST_BYTES = 65_535

/** @param iterations null: the default; of SCRAM only */
export async function printPasswordHash ({ scram, iterations }: { readonly scram: boolean, readonly iterations: number | null }, io: CliIo): Promise<ExitCode> {
  if (iterations !== null && !scram) return refuse('--iterations belongs to --scram', io)
  const input = io.input?.()
  const password = input === undefined ? Buffer.alloc(0) : await (input.isTTY === true ? typed(input, io) : piped(input))
  if (password === null) return refuse(`a password has at most ${MOST_BYTES} bytes`, io)
  if (password.length === 0) return refuse('no password came on standard input', io)
  io.out.write(`${scram ? await makeScramSecret(password, iterations ?? undefined) : await makeScryptHash(password)}\n`)
  return ExitCode.OK
}

/** All of it but one line end; null when it is too long. */
async function piped (input: InputStream): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > MOST_BYTES + 2) return null
    chunks.push(bytes)
  }
  const all = Buffer.concat(chunks)
  const end = all.at(-1) !== 0x0a ? all.length : all.at(-2) === 0x0d ? all.length - 2 : all.length - 1
  return end > MOST_BYTES ? null : all.subarray(0, end)
}

/** A line that is not shown while it is typed; empty when it was broken off. */
async function typed (input: InputStream, io: CliIo): Promise<Buffer> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const line = createInterface({ input, output: nowhere, terminal: true })
  io.err.write('Password: ')
  try {
    return Buffer.from(await line.question('', { signal: io.stop }))
  } catch {
    return Buffer.alloc(0)
  } finally {
    line.close()
    io.err.write('\n')
  }
}

function refuse (why: string, io: CliIo): ExitCode {
  io.err.write(`causeway password hash: ${why}\n`)
  return ExitCode.USAGE
}
