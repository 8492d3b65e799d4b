/** The topic template of `notifications`. */
import { topicLevel } from '../mqtt/topic-level.ts'
import { isTopicName } from '../mqtt/topic-name.ts'

/** @returns the topic; what is put in is one level each */
export function expandTopic (template: string, name: string, clientId: string): string {
  return template.replaceAll('{name}', () => topicLevel(name)).replaceAll('{clientid}', () => topicLevel(clientId))
}

export function isTopicTemplate (template: string): boolean {
  const topic = expandTopic(template, 'x', 'x')
  return isTopicName(topic) && !/[{}]/.test(topic)
}
