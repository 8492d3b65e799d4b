/** Whether a device may have a subscription, and which it loses when users or rules are replaced. */
import { sharedFilter } from '../../mqtt/topic-filter.ts'
import type { Rights } from '../auth/rights.ts'

/** Who may read a filter may read it as one of a group, and who may not must not get it that way. */
export function maySubscribe (rights: Rights, filter: string): boolean | Promise<boolean> {
  return rights.subscribe(sharedFilter(filter)?.filter ?? filter)
}

/** @param lose called for each that the rights refuse, at once or when that is decided */
export function reviewSubscriptions (rights: Rights, filters: Iterable<string>, lose: (filter: string) => void): void {
  for (const filter of filters) {
    const allowed = maySubscribe(rights, filter)
    if (allowed === false) lose(filter)
    else if (allowed !== true) allowed.then(still => { if (!still) lose(filter) }, () => lose(filter))
  }
}
