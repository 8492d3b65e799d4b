/** Where the node can be seen and steered. */

export interface HttpServerConfig {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Connections at one time. */
  readonly limitConn: number
  /** Largest body of a request, in bytes. */
  readonly maxBody: number
  readonly auth: { readonly kind: 'basic', readonly username: string, readonly password: string } | { readonly kind: 'jwt', readonly keyfile: string }
  /** null: plain HTTP. */
  readonly tls: { readonly certfile: string, readonly keyfile: string, readonly keyPassword: string | null } | null
  /** When `/readyz` says yes: listeners are up, or bridges too. */
  readonly ready: 'listeners' | 'bridges'
}

/** The socket on this machine through which the command line speaks to a running edge; its file's mode is what keeps others out. */
export interface ControlConfig {
  readonly enable: boolean
  /** null: in the state directory, or where the system keeps such sockets. */
  readonly socket: string | null
}
