/** Sections of NanoMQ's file that Causeway does not have: which may stay in the file, and which may not, and why. */
import type { HoconNode } from '../hocon/tree.ts'
import { inert, isDisabled, refused } from '../schema/key.ts'
import type { OtherKey } from '../schema/kind.ts'

const threads = 'the threads of NanoMQ; there is one event loop here.'

/** No rule in any of its blocks. */
function hasNothing (node: HoconNode): boolean {
  if (node.kind === 'array') return node.items.length === 0
  return node.kind === 'object' && [...node.fields.values()].every(field => isDisabled(field.value) || hasNothing(field.value))
}

const system: OtherKey = inert('system', 'block', {
  says: 'it sets up NanoMQ\'s own threads and sockets.',
  inner: [
    ['num_taskq_thread', 'number', threads],
    ['max_taskq_thread', 'number', threads],
    ['parallel', 'number', threads],
    ['daemon', 'true or false', 'It runs in the foreground; a service manager starts and watches it.'],
    ['enable_ipc_internal', 'true or false', 'There is no such socket.'],
    ['hook_ipc_url', 'string', 'There is no such socket.'],
    ['cmd_ipc_url', 'string', 'There is no such socket.']
  ]
})

const records = 'what it should record or pass on would be lost'

export const otherSections: readonly OtherKey[] = [
  system,
  refused('rules', 'block', {
    says: `there is no rule engine: ${records}`,
    remedy: 'Remove the block',
    harmless: hasNothing,
    inner: ['sqlite', 'repub', 'mysql', 'postgresql', 'timescaledb'].map(key => [key, 'block', 'Refused if it has rules.'])
  }),
  refused('preset', 'block', {
    says: 'sessions are not made before their device comes: what is published until then would not be queued for it',
    remedy: 'Let each device connect once with clean session 0, and remove the block',
    harmless: hasNothing,
    inner: [['session.NAME', 'block', 'Refused.']]
  }),
  refused('plugin', 'block', {
    says: 'NanoMQ\'s plugins are machine code for NanoMQ: what they check or change would not happen',
    remedy: 'Remove the block',
    harmless: hasNothing,
    inner: [['libs', 'list of block', 'Refused unless empty.']]
  }),
  ...['exchange_client', 'parquet'].map(key => refused(key, 'block', { says: `there is no recorder of messages: ${records}`, remedy: 'Remove the block', harmless: isDisabled }))
]
