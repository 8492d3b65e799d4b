/** Who is told of devices, messages and alerts. */
import type { HttpTlsConfig } from './http-client.ts'

/** A server that is told things by POST. */
export interface EndpointConfig {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Requests are signed with it; null: they are not. */
  readonly secret: string | null
  /** For `https://`; null for `http://`. */
  readonly tls: HttpTlsConfig | null
  /** An answer must be there within this time. */
  readonly timeoutMs: number
  /** Requests at one time. */
  readonly poolSize: number
}

export interface WebhookConfig extends EndpointConfig {
  /** Of payloads. */
  readonly encoding: 'plain' | 'base64' | 'base62'
  /** `topic` null: any but `$SYS`. */
  readonly events: readonly { readonly event: 'on_client_connack' | 'on_client_disconnected' | 'on_message_publish', readonly topic: string | null }[]
  /** Notices in one body; 1: each by itself, not in an array. */
  readonly batch: number
  readonly maxQueue: number
  readonly maxQueueBytes: number
  readonly retryForMs: number
}

export interface AlertsConfig {
  readonly enable: boolean
  /** null: the host name. */
  readonly site: string | null
  readonly bridgeDownMs: number
  readonly queuePercent: number
  /** null: what lasts is told of once. */
  readonly repeatMs: number | null
  /** null: nobody is told; it is in the log and at the HTTP interface. */
  readonly endpoint: EndpointConfig | null
}
