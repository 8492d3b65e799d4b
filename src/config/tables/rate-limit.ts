/** `bridges.mqtt.NAME.rate_limit`: how much may cross in a second, for links that are paid by volume or shared. */
import type { RateConfig, RateLimitConfig } from '../model.ts'
import { works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { duration, size, whole, withUnit } from '../schema/scalars.ts'
import { section } from '../schema/section.ts'

const gibibyte = 1024 ** 3

const rate: Kind<RateConfig> = section<RateConfig>({
  keys: {
    messages: works('messages', whole({ min: 1, max: 10_000_000, unit: 'messages a second' }), { or: null, shown: 'no limit', ours: true, says: 'Messages a second.' }),
    bytes: works('bytes', size({ min: 16, max: 10 * gibibyte }), { or: null, shown: 'no limit', ours: true, says: 'Bytes of messages a second, without what TLS adds.' }),
    burstMs: works('burst', duration({ min: 10, max: 3_600_000 }, withUnit), { or: 1000, ours: true, says: 'What was not used is saved up for so long, and may go at once.' })
  },
  rules ({ messages, bytes }, reading) {
    if (messages === undefined && bytes === undefined) reading.warn('has neither messages nor bytes: nothing is limited')
  }
})

export const rateLimit: Kind<RateLimitConfig> = section<RateLimitConfig>({
  keys: {
    up: works('up', rate, { or: null, shown: 'no limit', ours: true, says: 'Towards the remote. What is too fast waits in the queue of the bridge; messages of QoS 0 hold their publishers back, as with a link that is busy.' }),
    down: works('down', rate, { or: null, shown: 'no limit', ours: true, says: 'From the remote: the link is read more slowly, and its acknowledgements come later. What waits is with the remote.' })
  }
})
