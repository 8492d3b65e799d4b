/** The child's end of the channel: runs what the coordinator asks for, and ends the process with the channel. */
import type { Announcement, Answer, CallName, Calls, Question } from './calls.ts'
import { reasonOf } from '../../errors.ts'

export type Handlers<Names extends CallName> = {
  readonly [Name in Names]: (asks: Calls[Name]['asks']) => Promise<Calls[Name]['answers']> | Calls[Name]['answers']
}

/** @param end  closes what keeps the process alive */
export function answerCalls<Names extends CallName> (handlers: Handlers<Names>, end: () => void): void {
  process.on('message', message => {
    // the other end of the channel is station.ts and nobody else
    void answer(handlers, message as Question)
  })
  process.on('disconnect', end)
  // a terminal's interrupt goes to the coordinator, which decides
  process.on('SIGINT', () => {})
}

export function announce (announcement: Announcement): void {
  say(announcement)
}

async function answer (handlers: Partial<Handlers<CallName>>, question: Question): Promise<void> {
  try {
    const handler = handlers[question.call] as ((asks: unknown) => unknown) | undefined
    if (handler === undefined) throw new Error(`this process does not know how to ${question.call}`)
    say({ id: question.id, answers: await handler(question.asks) ?? null })
  } catch (thrown) {
    say({ id: question.id, failed: reasonOf(thrown) })
  }
}

function say (answer: Answer): void {
  if (process.connected) process.send?.(answer, undefined, undefined, () => {})
}
