/** The keys of one listener, with and without TLS. */
import type { OnRotate } from '../model.ts'
import { type BindAddress, bindAddress } from '../schema/bind-address.ts'
import { context, works } from '../schema/key.ts'
import type { Key, Kind } from '../schema/kind.ts'
import type { Reading } from '../schema/reading.ts'
import { bool, choice, duration, path, text, withUnit } from '../schema/scalars.ts'
import { type Given, section } from '../schema/section.ts'
import { checkKeyPair } from './bridge-ssl.ts'
import { placeText } from './pieces.ts'

export interface PlainValues {
  readonly name: string
  readonly enable: boolean
  readonly bind: BindAddress
}

/** As in the file; certificates are looked at only where a listener has TLS. */
export interface TlsValues extends PlainValues {
  readonly certfile: string | null
  readonly keyfile: string | null
  readonly keyPassword: string | null
  readonly cacertfile: string | null
  readonly verifyPeer: boolean
  readonly failIfNoPeerCert: boolean
  readonly handshakeTimeoutMs: number
  readonly onRotate: OnRotate
}

const enable: Key<boolean> = works('enable', bool(), { or: true, nanomq: 'true, whatever is written', says: 'false: it is not opened. NanoMQ opens it nevertheless.' })

export function bindAt (port: number, path: string): Key<BindAddress> {
  return works('bind', bindAddress(), { or: { host: '0.0.0.0', port, path }, says: `Address and port${path === '' ? '' : ', and the path of the WebSocket'}. Port 0: any free one.` })
}

/** `tcp`, or `tcp.north`. */
const name: Key<string> = context(placeText, reading => reading.path.replace(/^listeners\./, ''))

export function plainListener (address: Key<BindAddress>): Kind<PlainValues> {
  return section<PlainValues>({ keys: { name, enable, bind: address } })
}

export function securedListener (address: Key<BindAddress>, inherits: string): Kind<TlsValues> {
  return section<TlsValues>({
    keys: {
      name,
      enable,
      bind: address,
      certfile: works('certfile', path(), { or: null, says: `PEM file of the server certificate and its chain, leaf first.${inherits}` }),
      keyfile: works('keyfile', path(), { or: null, says: 'PEM file of its key.' }),
      keyPassword: works('key_password', text(), { or: null, secret: true, says: 'Passphrase of an encrypted `keyfile`.' }),
      cacertfile: works('cacertfile', path(), { or: null, says: 'PEM file of the CAs that client certificates must come from, with `verify_peer = true`.' }),
      verifyPeer: works('verify_peer', bool(), { or: false, says: 'Devices are asked for a certificate, and it is verified.' }),
      failIfNoPeerCert: works('fail_if_no_peer_cert', bool(), { or: false, says: 'A device without a certificate is not let in. Needs `verify_peer = true`.' }),
      handshakeTimeoutMs: works('handshake_timeout', duration({ min: 100, max: 600_000 }, withUnit), { or: 10_000, ours: true, says: 'The TLS handshake must be done within this time.' }),
      onRotate: works('on_rotate', choice(['keep', 'recheck']), { or: 'keep', ours: true, says: 'When `cacertfile` has changed: `keep` lets connected devices stay, `recheck` drops those whose certificate the new CAs do not accept. Needs `verify_peer = true`.' })
    },
    rules: checkTls
  })
}

function checkTls (given: Given<TlsValues>, reading: Reading): void {
  checkKeyPair(given, reading)
  if (given.verifyPeer === true && given.cacertfile === undefined) {
    reading.named('verify_peer').refuse('needs cacertfile: without it no certificate could be verified', 'Add the file of the CA that issues your devices\' certificates')
  }
  if (given.failIfNoPeerCert === true && given.verifyPeer !== true) {
    reading.named('fail_if_no_peer_cert').refuse('is true without verify_peer: any certificate at all would be let in', 'Set verify_peer = true and cacertfile, or remove the key')
  }
  if (given.onRotate === 'recheck' && given.verifyPeer !== true) {
    reading.named('on_rotate').refuse('is recheck without verify_peer: devices show no certificate that could be checked again', 'Set verify_peer = true and cacertfile, or remove the key')
  }
}
