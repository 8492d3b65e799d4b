/** What an MQTT 5 remote says of its messages: held to the standard, and what of it goes on to local sessions. */
import type { PublishView } from '../../mqtt/publish-view.ts'
import { carriedProperties } from '../../mqtt/v5/message-properties.ts'
import { ABSENT, PropertyBlock } from '../../mqtt/v5/property-block.ts'
import { PropertyHolder } from '../../mqtt/v5/property-id.ts'
import type { Violation } from '../../mqtt/violation.ts'
import type { LocalMessage } from '../../relay/local-delivery.ts'

type Carried = Pick<LocalMessage, 'properties' | 'messageExpiry'>

const NOTHING: Carried = Object.freeze({})

export class IncomingProperties {
  readonly #block = new PropertyBlock(true)

  /** What is wrong with the properties of the message; null when it may be acted on. HOT. */
  read (view: PublishView): Violation | null {
    const { bytes, propertiesStart, propertiesEnd } = view
    return propertiesStart === propertiesEnd ? null : this.#block.read(bytes, propertiesStart, propertiesEnd, PropertyHolder.PUBLISH)
  }

  /** Of the message read last: copies, of its own [MQTT-3.3.2-18]. Subscription identifiers are those of the bridge and stay with it. */
  carried ({ bytes, propertiesStart, propertiesEnd }: PublishView): Carried {
    if (propertiesStart === propertiesEnd) return NOTHING
    const raw = carriedProperties(bytes, propertiesStart, propertiesEnd)
    const { messageExpiry } = this.#block
    return {
      ...(raw.length === 0 ? {} : { properties: { raw } }),
      ...(messageExpiry === ABSENT ? {} : { messageExpiry: Date.now() + messageExpiry * 1000 })
    }
  }
}
