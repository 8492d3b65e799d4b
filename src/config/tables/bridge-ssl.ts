/** `bridges.mqtt.NAME.ssl`: whom a bridge trusts, and how it shows who it is. */
import type { BridgeTlsConfig } from '../model.ts'
import { inert, refused, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { bool, choice, duration, durationOrNever, line, path, text, withUnit } from '../schema/scalars.ts'
import { type Given, type Keys, section } from '../schema/section.ts'
import type { Reading } from '../schema/reading.ts'
import { rotationStrategies } from '../../trust/rotation-state.ts'
import { checkVerification, verificationKeys } from './bridge-verification.ts'

/** As in the file; {@link BridgeTlsConfig} is what is left of it when it is a TLS bridge. */
export interface SslValues extends Omit<BridgeTlsConfig, 'cacertfile'> {
  readonly enable: boolean
  readonly cacertfile: string | null
  readonly verifyPeer: boolean
}

/** Where Debian, Alpine and others keep the public authorities. */
const systemBundle = '/etc/ssl/certs/ca-certificates.crt'

const keys: Keys<SslValues> = {
  enable: works('enable', bool(), { or: true, says: 'Whether the block holds. A `tls+mqtt-tcp://` bridge needs it.' }),
  cacertfile: works('cacertfile', path(), {
    or: null,
    says: `PEM file of the certificates that are trusted, and nothing else is. Required for \`tls+mqtt-tcp://\`. For servers with a public certificate: \`${systemBundle}\`.`
  }),
  certfile: works('certfile', path(), { or: null, says: 'PEM file of the client certificate and its chain, leaf first. Together with `keyfile`.' }),
  keyfile: works('keyfile', path(), { or: null, says: 'PEM file of the key of `certfile`.' }),
  keyPassword: works('key_password', text(), { or: null, secret: true, says: 'Passphrase of an encrypted `keyfile`.' }),
  sni: works('sni', text(() => line().refine(value => value !== '', { message: 'must not be empty' })), {
    or: null,
    ours: true,
    says: 'Name that is sent to the server and checked in its certificate, in place of the host in `server`.'
  }),
  verifyPeer: works('verify_peer', bool(), {
    or: true,
    nanomq: 'not read: the server is never verified',
    says: 'The server is verified, always: its certificate against `cacertfile`, and its name.',
    refusal: {
      when: value => value === false,
      value: 'false',
      why: 'the server would not be verified: anybody in between could read the password and change messages',
      remedy: 'Run causeway trust fetch HOST:PORT --out FILE to see and keep what that server shows, compare the fingerprints with its operator, name the file as cacertfile, and remove verify_peer'
    }
  }),
  ...verificationKeys,
  handshakeTimeoutMs: works('handshake_timeout', duration({ min: 100, max: 600_000 }, withUnit), {
    or: 10_000,
    ours: true,
    says: 'The TLS handshake must be done within this time.'
  }),
  strategy: works('strategy', choice(rotationStrategies), {
    or: 'canary',
    ours: true,
    says: 'Certificate files that change while Causeway runs. `canary`: used once a trial connection to the remote has succeeded. `enforce`: used at once, for an authority that can not be trusted any more. `lazy`: used by the next connection; the one that is up stays.'
  }),
  canaryGraceMs: works('canary_grace', durationOrNever({ min: 1000, max: 365 * 86_400_000 }, withUnit), {
    or: null,
    shown: 'never',
    ours: true,
    says: 'New certificate files that the trial connection refuses are used all the same after this time. With `never` the last good ones serve until the files or the remote are mended.'
  })
}

export const bridgeSsl: Kind<SslValues> = section<SslValues>({
  keys,
  others: [
    inert('fail_if_no_peer_cert', 'true or false', 'a server always has to show a certificate.'),
    refused('cert_encrypted', 'true or false', { says: 'belongs to the commercial NanoMQ; its way to encrypt keys is not known here', remedy: 'Encrypt the key as PKCS#8 and give key_password' }),
    refused('encrypted_key', 'string', { says: 'belongs to the commercial NanoMQ; its way to encrypt keys is not known here', remedy: 'Encrypt the key as PKCS#8 and give key_password' })
  ]
})

/** What ssl and server must agree on. */
export function checkBridgeSsl (server: { readonly secure?: boolean | undefined } | undefined, ssl: Given<SslValues> | null | undefined, bridge: Reading): void {
  const isOn = ssl !== undefined && ssl !== null && ssl.enable !== false
  if (server?.secure === true) checkTrust(ssl, isOn, bridge)
  if (server?.secure === false && isOn) {
    bridge.named('server').refuse('is mqtt-tcp:// with an ssl block that is enabled: NanoMQ would never connect, and it is not clear whether TLS is wanted',
      'Write tls+mqtt-tcp:// for TLS, or ssl.enable = false')
  }
  if (!isOn) return
  checkKeyPair(ssl, bridge.named('ssl'))
  checkVerification(ssl, bridge.named('ssl'))
}

function checkTrust (ssl: Given<SslValues> | null | undefined, isOn: boolean, bridge: Reading): void {
  if (!isOn) {
    bridge.named('ssl').refuse('a tls+mqtt-tcp:// bridge needs an ssl block with cacertfile: NanoMQ would never connect',
      `Add ssl { cacertfile = "…" }; for a server with a public certificate cacertfile = "${systemBundle}"`)
  } else if (ssl?.cacertfile === undefined) {
    bridge.named('ssl').named('cacertfile').refuse('is missing: without it nothing is trusted, and no server would be',
      `Name the file of the server's CA; for a server with a public certificate "${systemBundle}"`)
  }
}

interface KeyPair {
  readonly certfile?: string | null | undefined
  readonly keyfile?: string | null | undefined
  readonly keyPassword?: string | null | undefined
}

/** A certificate is of no use without its key, nor the other way round. */
export function checkKeyPair ({ certfile, keyfile, keyPassword }: KeyPair, ssl: Reading): void {
  if (typeof certfile === 'string' && typeof keyfile !== 'string') {
    ssl.named('certfile').refuse('is given without keyfile: NanoMQ would silently use neither', 'Add keyfile, or remove certfile')
  }
  if (typeof keyfile === 'string' && typeof certfile !== 'string') {
    ssl.named('keyfile').refuse('is given without certfile: NanoMQ would silently use neither', 'Add certfile, or remove keyfile')
  }
  if (typeof keyPassword === 'string' && typeof keyfile !== 'string') ssl.named('key_password').warn('has no effect without keyfile')
}
