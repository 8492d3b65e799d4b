/**
 * `{1}`, `{2}` … in a target: what the first, second … wildcard of the source matched. `+` gives its level, `#` all levels from its place
 * on; where `#` matches the parent level there are none, and the `/` in front of its capture falls away too.
 */
import { isTopicName } from '../mqtt/topic-name.ts'

const CAPTURE = /\{(\d{1,3})\}/g

export function hasCaptures (target: string): boolean {
  return target.search(CAPTURE) !== -1
}

/** Why a target with captures can not be; null when it can. */
export function faultOfCaptures (source: string, target: string): string | null {
  if (target.includes('+') || target.includes('#')) return `"${target}" has both wildcards and captures such as {1}`
  const places = wildcardPlaces(source).length
  for (const [, digits] of target.matchAll(CAPTURE)) {
    const number = Number(digits)
    if (number < 1 || number > places) return `"${target}" names {${number}}, and "${source}" has ${places === 0 ? 'no wildcard' : `${places} wildcard${places === 1 ? '' : 's'}`}`
  }
  return isTopicName(target.replace(CAPTURE, '-')) ? null : `"${target}" is no topic name`
}

/** @param target one that {@link faultOfCaptures} finds nothing wrong with */
export function compileCaptures (source: string, target: string): (topic: string) => string {
  const places = wildcardPlaces(source)
  const isRest = source.endsWith('#')
  return topic => {
    const levels = topic.split('/')
    return target.replace(/(\/?)\{(\d{1,3})\}/g, (_, slash: string, number: string) => {
      const nth = Number(number) - 1
      const place = places[nth] ?? 0
      if (!isRest || nth !== places.length - 1) return slash + (levels[place] ?? '')
      return levels.length > place ? slash + levels.slice(place).join('/') : ''
    })
  }
}

/** Which levels of a filter are wildcards, from 0. */
function wildcardPlaces (filter: string): number[] {
  return filter.split('/').flatMap((level, place) => level === '+' || level === '#' ? [place] : [])
}
