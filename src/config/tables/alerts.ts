/** `alerts`: what an operator is to be told of, and who is told. */
import type { AlertsConfig } from '../model.ts'
import { works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { bool, duration, durationOrNever, line, text, whole, withUnit } from '../schema/scalars.ts'
import { shaped } from '../schema/section.ts'
import { checkEndpoint, endpointKeys, type EndpointValues } from './endpoint.ts'

interface AlertsValues extends EndpointValues, Omit<AlertsConfig, 'endpoint'> {
  readonly timeoutMs: number
}

const day = 86_400_000

export const alerts: Kind<AlertsConfig> = shaped<AlertsValues, AlertsConfig>({
  keys: {
    enable: works('enable', bool(), { or: true, ours: true, says: 'false: nothing is watched. Without a `url` alerts are in the log, in `causeway status` and at `/api/v1/alerts`.' }),
    site: works('site', text(line), { or: null, shown: 'the host name', ours: true, says: 'What this edge is called in what is sent.' }),
    bridgeDownMs: works('bridge_down', duration({ min: 1000, max: 7 * day }, withUnit), { or: 300_000, ours: true, says: 'A bridge that has not been up for so long is told of. Up for less than 10 s does not count.' }),
    queuePercent: works('queue_full', whole({ min: 1, max: 100, unit: 'percent' }), { or: 80, ours: true, says: 'A queue in memory or a spool that is filled to so much is told of, until it is 10 percent lower.' }),
    repeatMs: works('repeat', durationOrNever({ min: 60_000, max: 30 * day }, withUnit), { or: day, ours: true, says: 'What lasts is told of again after this time.' }),
    ...endpointKeys(true),
    timeoutMs: works('cancel_timeout', duration({ min: 100, max: 600_000 }, withUnit), { or: 5000, ours: true, says: 'A request must be answered within this time. What is not taken is tried again for a day.' })
  },
  rules: checkEndpoint
}, ({ url, headers, secret, tls, timeoutMs, ...values }) => ({ ...values, endpoint: url === null ? null : { url, headers, secret, tls, timeoutMs, poolSize: 1 } }))
