/** `ssl` of a server that is asked over HTTPS: whom we trust there, and how we show who we are. */
import type { HttpTlsConfig } from '../model.ts'
import { required, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { path, text } from '../schema/scalars.ts'
import { section } from '../schema/section.ts'
import { checkKeyPair } from './bridge-ssl.ts'

export const httpTls: Kind<HttpTlsConfig> = section<HttpTlsConfig>({
  keys: {
    cacertfile: required('cacertfile', path(), { says: 'PEM file of the certificates that are trusted for this server, and nothing else is.' }),
    certfile: works('certfile', path(), { or: null, says: 'PEM file of the client certificate and its chain, leaf first. Together with `keyfile`.' }),
    keyfile: works('keyfile', path(), { or: null, says: 'PEM file of the key of `certfile`.' }),
    keyPassword: works('key_password', text(), { or: null, secret: true, says: 'Passphrase of an encrypted `keyfile`.' })
  },
  rules: checkKeyPair
})
