/** A server that is asked or told things over HTTP. */

/** Certificate files for a server that is asked over HTTPS. */
export interface HttpTlsConfig {
  readonly cacertfile: string
  readonly certfile: string | null
  readonly keyfile: string | null
  readonly keyPassword: string | null
}
