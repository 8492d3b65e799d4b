/** One JSON log line as a person reads it: time, level, sentence, then the fields; cause and hint on lines of their own. */
import { escapeControls } from '../control-characters.ts'

const colours: Readonly<Record<string, string>> = { trace: '90', debug: '90', info: '32', warn: '33', error: '31', fatal: '35' }
const ownLine = new Set(['hint', 'cause', 'stack'])

export function readableLine (json: string): string {
  let record: Record<string, unknown>
  try {
    record = JSON.parse(json) as Record<string, unknown>
  } catch {
    return escapeControls(json)
  }
  const { time, level, msg, ...fields } = record
  const colour = colours[String(level)] ?? '0'
  const head = `\u001b[90m${String(time).slice(11, 23)}\u001b[0m \u001b[${colour}m${String(level).toUpperCase().padEnd(5)}\u001b[0m ${escapeControls(String(msg))}`
  const inline: string[] = []
  const below: string[] = []
  for (const [key, value] of Object.entries(fields)) {
    const words = escapeControls(typeof value === 'string' ? value : JSON.stringify(value))
    if (ownLine.has(key)) below.push(`\n             \u001b[90m${key}:\u001b[0m ${words}`)
    else inline.push(` \u001b[90m${key}=\u001b[0m${words}`)
  }
  return head + inline.join('') + below.join('')
}
