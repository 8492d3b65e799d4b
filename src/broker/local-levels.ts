/** How deep a topic may be for local sessions. */

/** What the matchers of Aedes bear; they throw beyond. */
export const MAX_LOCAL_LEVELS = 100

export function levelsOf (topic: string): number {
  let levels = 1
  for (let at = topic.indexOf('/'); at >= 0; at = topic.indexOf('/', at + 1)) levels++
  return levels
}
