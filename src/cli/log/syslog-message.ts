/** A line of the log as a message of RFC 5424. */
import { hostname } from 'node:os'

export const APP = 'causeway'
/** What a server has to take by RFC 5426 section 3.2, and should by RFC 5424 section 6.1; a longer message is cut. */
export const MOST_BYTES = 2048
/** That wait for who is to take them. */
export const MOST_WAITING_BYTES: number = 1024 ** 2
/** Daemons. */
const FACILITY = 3
/** RFC 5424 section 6.2.1; trace and debug are one there. */
const severities: Readonly<Record<string, number>> = { trace: 7, debug: 7, info: 6, warn: 4, error: 3, fatal: 2 }
const HOST = hostname()

/** Facility and severity in one number. Lines begin as logger.ts makes them. */
export function priorityOf (line: string): number {
  return FACILITY * 8 + (severities[/^\{"level":"(\w+)"/.exec(line)?.[1] ?? ''] ?? severities['info'] ?? 6)
}

/** <PRI>1 TIME HOST APP PID MSGID SD MSG */
export function syslogMessage (line: string): Buffer {
  const bytes = Buffer.from(`<${priorityOf(line)}>1 ${timeOf(line)} ${HOST} ${APP} ${process.pid} - - ${line.trimEnd()}`)
  return bytes.length > MOST_BYTES ? bytes.subarray(0, wholeCharacters(bytes, MOST_BYTES)) : bytes
}

function timeOf (line: string): string {
  return /"time":"([^"]+)"/.exec(line)?.[1] ?? '-'
}

/** The largest length up to `most` that does not cut a character of UTF-8. */
function wholeCharacters (bytes: Buffer, most: number): number {
  let length = most
  while (length > 0 && ((bytes[length] as number) & 0xc0) === 0x80) length--
  return length
}
