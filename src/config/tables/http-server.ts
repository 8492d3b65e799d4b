/** `http_server` and `control`: the ways an operator and his tools see and steer a running edge. */
import { isIP } from 'node:net'
import { z } from 'zod/v3'
import type { ControlConfig, HttpServerConfig } from '../model.ts'
import { readText } from '../readers/text.ts'
import { readHostName } from '../schema/host-name.ts'
import { block, inert, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import type { Reading } from '../schema/reading.ts'
import { scalar } from '../schema/scalar.ts'
import { bool, choice, path, size, text, whole } from '../schema/scalars.ts'
import { type Given, section, shaped } from '../schema/section.ts'
import { checkKeyPair } from './bridge-ssl.ts'

interface HttpServerValues {
  readonly enable: boolean
  readonly host: string
  readonly port: number
  readonly limitConn: number
  readonly maxBody: number
  readonly authType: 'basic' | 'jwt' | 'no_auth'
  readonly username: string | null
  readonly password: string | null
  readonly jwt: { readonly public: { readonly keyfile: string | null } }
  readonly certfile: string | null
  readonly keyfile: string | null
  readonly keyPassword: string | null
  readonly ready: HttpServerConfig['ready']
}

function address (): Kind<string> {
  return scalar({
    type: 'address',
    read (node, reading) {
      const written = readText(node, reading)
      const name = isIP(written) === 6 ? { host: written } : readHostName(written)
      return 'fault' in name ? reading.refuse(`must be an address, such as 127.0.0.1 or ::1; ${name.fault}`) : name.host
    },
    show: value => value,
    schema: () => z.string()
  })
}

const jwt = section<HttpServerValues['jwt']>({
  keys: {
    public: block('public', section<HttpServerValues['jwt']['public']>({
      keys: { keyfile: works('keyfile', path(), { or: null, says: 'PEM file of the public key that tokens are verified with, for `auth_type = jwt`. RSA (RS256), EC (ES256) or Ed25519; a token must have `exp`.' }) }
    }), { says: 'The public half of the key.' })
  },
  others: [inert('private', 'block', { says: 'tokens are made elsewhere: the private key is not read here.', inner: [['keyfile', 'path', 'Not read.']] })]
})

/** Addresses that only this machine can reach. */
function isLoopback (host: string): boolean {
  return host === '::1' || host === 'localhost' || /^127\./.test(host)
}

export const httpServer: Kind<HttpServerConfig | null> = shaped<HttpServerValues, HttpServerConfig | null>({
  keys: {
    enable: works('enable', bool(), { or: true, says: 'false: no port is opened.' }),
    host: works('ip_addr', address(), { or: '127.0.0.1', nanomq: '0.0.0.0', says: 'Address to listen at. Left out, only this machine can reach it.' }),
    port: works('port', whole({ min: 0, max: 65_535 }), { or: 8081, says: 'Port. 0: any free one.' }),
    limitConn: works('limit_conn', whole({ min: 1, max: 10_000, unit: 'connections' }), { or: 32, says: 'Connections at one time; further ones are closed at once.' }),
    maxBody: works('max_body', size({ min: 1024, max: 64 * 1024 ** 2 }), { or: 1024 ** 2, says: 'Largest body of a request.' }),
    authType: works('auth_type', choice(['basic', 'jwt', 'no_auth']), { or: 'basic', says: '`basic`: user name and password. `jwt`: a bearer token.', refusal: { when: value => value === 'no_auth', value: 'no_auth', why: 'would let in everybody who reaches the port', remedy: 'Set username and password. On this machine the control socket needs none' } }),
    username: works('username', text(), { or: null, nanomq: 'admin', says: 'For `auth_type = basic`.' }),
    password: works('password', text(), { or: null, secret: true, nanomq: 'public', says: 'For `auth_type = basic`.' }),
    jwt: block('jwt', jwt, { says: 'For `auth_type = jwt`.' }),
    certfile: works('certfile', path(), { or: null, ours: true, says: 'PEM file of the server certificate and its chain: HTTPS. Left out, plain HTTP. It is read once.' }),
    keyfile: works('keyfile', path(), { or: null, ours: true, says: 'PEM file of its key.' }),
    keyPassword: works('key_password', text(), { or: null, ours: true, secret: true, says: 'Passphrase of an encrypted `keyfile`.' }),
    ready: works('ready', choice(['listeners', 'bridges']), { or: 'listeners', ours: true, says: 'When `/readyz` says yes: when devices can come in, or when each enabled bridge with `required = true` is up too.' })
  },
  rules: checkHttpServer
}, ({ enable, authType, username, password, jwt: { public: { keyfile: jwtKey } }, certfile, keyfile, keyPassword, ...values }) => enable
  ? {
      ...values,
      auth: authType === 'jwt' ? { kind: 'jwt', keyfile: jwtKey ?? '' } : { kind: 'basic', username: username ?? '', password: password ?? '' },
      tls: certfile === null || keyfile === null ? null : { certfile, keyfile, keyPassword }
    }
  : null)

function checkHttpServer (given: Given<HttpServerValues>, reading: Reading): void {
  checkKeyPair(given, reading)
  if (given.enable === false) return
  checkCredentials(given, reading)
  if (isLoopback(given.host ?? '127.0.0.1')) return
  if (given.password === 'public') reading.named('password').refuse('is the one from NanoMQ\'s manual, and ip_addr lets other machines in', 'Choose another password, or leave ip_addr out')
  if (given.certfile === undefined) reading.named('ip_addr').warn('lets other machines in by plain HTTP: the password can be read on the way', 'Add certfile and keyfile, or put a proxy with TLS before it')
}

function checkCredentials (given: Given<HttpServerValues>, reading: Reading): void {
  if (given.authType === 'jwt') {
    if (given.jwt?.public?.keyfile == null) reading.named('jwt').refuse('needs public.keyfile: without it no token could be verified', 'Name the PEM file of the public key')
    return
  }
  for (const word of ['username', 'password'] as const) {
    if ((given[word] ?? '') === '') reading.named(word).refuse('is missing: the one that NanoMQ takes then is known to everybody', `Set http_server.${word}`)
  }
}

export const control: Kind<ControlConfig> = section<ControlConfig>({
  keys: {
    enable: works('enable', bool(), { or: true, ours: true, says: 'false: there is no such socket.' }),
    socket: works('socket', path(), { or: null, ours: true, says: 'Its path. Left out: `control.sock` in the state directory, else below `$RUNTIME_DIRECTORY` or `$XDG_RUNTIME_DIR`. Only the user that runs Causeway may use it.' })
  }
})
