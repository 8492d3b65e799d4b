/** `trust`: what holds for all certificates in use. */
import type { TrustConfig } from '../model.ts'
import { list } from '../schema/groups.ts'
import { works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { duration, withUnit } from '../schema/scalars.ts'
import { section } from '../schema/section.ts'

const DAY = 86_400_000

export const trust: Kind<TrustConfig> = section<TrustConfig>({
  keys: {
    expiryWarnMs: works('expiry_warn', list(duration({ min: 60_000, max: 3650 * DAY }, withUnit)), {
      or: [30 * DAY, 14 * DAY, 7 * DAY, DAY],
      ours: true,
      says: 'Before the end of a certificate in use it is told, once for each of these times: the CAs, certificates of bridges and listeners, and what remotes have shown. That it has ended is told always.'
    })
  }
})
