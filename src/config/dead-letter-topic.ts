/** The topic template of `dead_letter_topic`. */
import { topicLevel } from '../mqtt/topic-level.ts'
import { isServerTopic, isTopicName } from '../mqtt/topic-name.ts'
import type { ForwardRule } from './model.ts'

const REST = '/{topic}'
const LONGEST = 65_535

/** Where `{topic}` stands it is the last part, behind a level of its own: so that one filter names all topics that are made of it. */
export function isDeadLetterTemplate (template: string): boolean {
  const topic = headOf(template, 'x')
  return isTopicName(topic) && !isServerTopic(topic) && !/[{}]/.test(topic)
}

/** @param topic of the message at the remote; where the name would be longer than MQTT has it, it is left out */
export function deadLetterTopic (template: string, name: string, topic: string): string {
  const head = headOf(template, name)
  const whole = `${head}/${topic}`
  return template.endsWith(REST) && Buffer.byteLength(whole) <= LONGEST ? whole : head
}

/** Rules that take no dead letter of any bridge: what one remote did not take is not offered to it, or to another one, again. */
export function withoutDeadLetters (rules: readonly ForwardRule[], bridges: readonly { readonly name: string, readonly deadLetterTopic: string | null }[]): readonly ForwardRule[] {
  const filters = bridges.flatMap(({ name, deadLetterTopic: template }) => template === null ? [] : [filterOf(template, name)])
  return filters.length === 0 ? rules : rules.map(rule => ({ ...rule, exclude: [...rule.exclude, ...filters] }))
}

function filterOf (template: string, name: string): string {
  return template.endsWith(REST) ? `${headOf(template, name)}/#` : headOf(template, name)
}

function headOf (template: string, name: string): string {
  return (template.endsWith(REST) ? template.slice(0, -REST.length) : template).replaceAll('{name}', () => topicLevel(name))
}
