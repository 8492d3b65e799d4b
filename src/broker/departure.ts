/** The broker goes: whether it does, and what devices of MQTT 5 are told of where to go [MQTT 5.0, section 4.11]. Others are only closed, or refused. */
import { ConnectReturnCode, encodeConnack } from '../mqtt/control.ts'
import { encodeConnack5 } from '../mqtt/v5/answers.ts'
import { noticeBlock } from '../mqtt/v5/property-writer.ts'
import { ReasonCode } from '../mqtt/v5/reason-code.ts'

export interface Farewell {
  readonly reasonCode: number
  /** `host:port`, or several with spaces between; empty: none. */
  readonly serverReference: string
}

/** Of a listener that is not in the configuration any more, while the broker goes on. */
export const listenerClosed: Farewell = { reasonCode: ReasonCode.ADMINISTRATIVE_ACTION, serverReference: '' }

interface Place {
  readonly serverReference: string | null
  readonly serverMoved: boolean
}

export class Departure {
  readonly #mqtt: Place
  /** New devices are sent away. */
  begun = false

  /** @param mqtt as it is when it begins */
  constructor (mqtt: Place) {
    this.#mqtt = mqtt
  }

  /** Is there a place to send devices to? */
  get hasPlace (): boolean { return this.#mqtt.serverReference !== null }

  /** For devices that are connected. */
  get farewell (): Farewell {
    const { serverReference } = this.#mqtt
    return serverReference === null ? { reasonCode: ReasonCode.SHUTTING_DOWN, serverReference: '' } : { reasonCode: this.#elsewhere, serverReference }
  }

  /** CONNACK for one that comes now. */
  refusal (level: 3 | 4 | 5): Buffer {
    if (level !== 5) return encodeConnack(4, false, ConnectReturnCode.SERVER_UNAVAILABLE)
    const { serverReference } = this.#mqtt
    if (serverReference === null) return encodeConnack5(false, ReasonCode.SERVER_UNAVAILABLE)
    return encodeConnack5(false, this.#elsewhere, noticeBlock({ serverReference }))
  }

  get #elsewhere (): number { return this.#mqtt.serverMoved ? ReasonCode.SERVER_MOVED : ReasonCode.USE_ANOTHER_SERVER }
}
