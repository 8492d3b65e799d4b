/** How messages of one topic reach those in this process who take them as they are. The local broker makes it and keeps it by the topic. */
import type { PublishView } from '../mqtt/publish-view.ts'

/** What became of a message. */
export const Direct = {
  /** All who are to have it have it. */
  GIVEN: 0,
  /** Somebody has to get it the long way, and so all. */
  LONG: 1,
  /** The same, but only because other messages of its publisher are still on that way, and must not be overtaken. */
  BEHIND: 2
} as const
export type Direct = typeof Direct[keyof typeof Direct]

export interface DirectWay {
  /**
   * Gives a message of QoS 0 without RETAIN to all who are to have it. Synchronous; the bytes behind the view are copied by the end of this turn of the event
   * loop and must not be changed until then. HOT.
   * @param publisher its client id
   * @param generation of the rights in force
   */
  give (view: PublishView, publisher: string, generation: number): Direct
}
