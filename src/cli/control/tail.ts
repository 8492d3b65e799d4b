/** `causeway tail`: follows what changes in a running edge until it is told to stop. */
import { readableLine } from '../../logger/readable-line.ts'
import { type CliIo, ExitCode } from '../io.ts'
import { controlClient, type ControlOptions } from './control-client.ts'

interface TailedEvent {
  readonly at: number
  readonly kind: string
  readonly bridge?: string
  readonly state?: { readonly name: string, readonly reason?: { readonly code: string, readonly message: string, readonly hint: string } }
  readonly trust?: { readonly kind: string, readonly name: string, readonly stage: string, readonly generation: number, readonly reason?: { readonly message: string, readonly hint: string } }
  readonly dropped?: Readonly<Record<string, number>>
}

/** Exit code 1 when the edge ends before it is told to. @throws CliError, ConfigError */
export async function tail (options: ControlOptions & { readonly json?: boolean, readonly recent?: boolean }, io: CliIo): Promise<ExitCode> {
  const client = controlClient(options, io)
  await client.follow(`/api/v1/events${options.recent === true ? '?recent=true' : ''}`, data => {
    io.out.write(`${options.json === true ? data : lineOf(JSON.parse(data) as TailedEvent, io.terminal)}\n`)
  }, io.stop)
  return io.stop.aborted ? ExitCode.OK : ExitCode.FAILURE
}

/** As a line of the log looks. */
function lineOf (event: TailedEvent, colour: boolean): string {
  const { at, bridge, state, trust, dropped } = event
  const reason = state?.reason ?? trust?.reason
  const line = readableLine(JSON.stringify({
    time: new Date(at).toISOString(),
    level: reason !== undefined || dropped !== undefined ? 'warn' : 'info',
    msg: wordsOf(event),
    bridge,
    ...(trust === undefined ? {} : { [trust.kind]: trust.name, generation: trust.generation }),
    ...dropped,
    cause: reason?.message,
    hint: reason?.hint === '' ? undefined : reason?.hint
  }))
  // eslint-disable-next-line no-control-regex -- colours of the readable form
  return colour ? line : line.replace(/\u001b\[\d+m/g, '')
}

function wordsOf ({ kind, state, trust }: TailedEvent): string {
  if (kind === 'bridge') return `bridge is ${state?.name ?? ''}`
  return kind === 'trust' ? `certificate files are ${trust?.stage ?? ''}` : 'messages were dropped'
}
