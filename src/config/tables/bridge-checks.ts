/** What the keys of one bridge must agree on. */
import type { Reading } from '../schema/reading.ts'
import type { Given } from '../schema/section.ts'
import type { BridgeConfig, Durability } from '../model.ts'
import { checkNotifications } from './bridge-notifications.ts'
import { checkBridgeSsl, type SslValues } from './bridge-ssl.ts'

/** As in the file. */
export interface BridgeValues extends Omit<BridgeConfig, 'tls' | 'durability' | 'spool'> {
  readonly ssl: SslValues | null
  readonly hybridBridging: boolean
  /** null: as the file has a directory for it or not. */
  readonly durability: Durability | null
}

export function checkBridge (given: Given<BridgeValues>, reading: Reading): void {
  checkBridgeSsl(given.server, given.ssl, reading)
  checkFailover(given, reading)
  checkSession(given, reading)
  checkRules(given, reading)
  checkLinks(given, reading)
  checkNotifications(given, reading)
  const server = reading.named('server')
  if (server.given && reading.ledger.overrides(server.place)) {
    server.refuse('is given in two blocks: these are two bridges with one name, of which NanoMQ would start the first', 'Give each bridge its own name')
  }
  if (given.server?.secure === false && given.password !== undefined) {
    reading.named('password').warn('goes to the remote unencrypted, as server is mqtt-tcp://', 'Use tls+mqtt-tcp:// where the remote offers it')
  }
}

function checkFailover (given: Given<BridgeValues>, reading: Reading): void {
  const { hybridBridging = false, hybridServers = [] } = given
  if (hybridBridging) checkOtherServers(given, reading)
  else if (hybridServers.length > 0) reading.named('hybrid_servers').warn('has no effect without hybrid_bridging = true')
}

function checkOtherServers ({ server, hybridServers }: Given<BridgeValues>, reading: Reading): void {
  const others = reading.named('hybrid_servers')
  if (hybridServers?.length === 0) return reading.named('hybrid_bridging').warn('is true, and hybrid_servers names no server to fail over to', 'Add hybrid_servers = [ "…" ]')
  const seen = new Set(server?.host === undefined ? [] : [`${server.host}:${server.port}`])
  for (const each of hybridServers ?? []) {
    if (each?.host === undefined) continue
    if (server !== undefined && each.secure !== server.secure) {
      others.refuse('must all have the scheme of server: what is said to one in secret would be said to another in the open', 'Write tls+mqtt-tcp:// for all of them, or mqtt-tcp://')
    }
    const address = `${each.host}:${each.port}`
    if (seen.has(address)) others.refuse('names a server twice, or server itself', 'Name each server once')
    seen.add(address)
  }
}

function checkLinks ({ links = 1, clientid, transparent }: Given<BridgeValues>, reading: Reading): void {
  if (links > 1 && transparent === true) reading.named('links').refuse('is more than 1, and transparent is true: what devices publish over one link would come back over the link that subscribes', 'Remove links, or list the topics in subscription')
  if (links > 1 && clientid === '') reading.named('links').refuse('is more than 1, and the client id is empty: the other links have no name then', 'Name a clientid, or remove the key: one is made and kept')
}

function checkSession (given: Given<BridgeValues>, reading: Reading): void {
  if (given.protoVer === 5) checkSessionOf5(given, reading)
  else {
    checkSessionOf311(given, reading)
    warnOf311(given, reading)
  }
}

function checkSessionOf5 (given: Given<BridgeValues>, reading: Reading): void {
  if (given.forwardBridged === true && given.maxHops == null) reading.named('forward_bridged').advise('is true without max_hops: where bridges form a ring, messages go round for ever', 'Set max_hops = 8')
  const expiry = given.connProperties?.sessionExpirySeconds
  if (given.cleanStart === false && expiry === 0) {
    reading.named('conn_properties.session_expiry_interval').warn('is 0: the session ends with its connection in spite of clean_start = false, and with it what the remote has for this bridge', 'Remove the key')
  }
  if (given.cleanStart !== false && expiry != null && expiry > 0) {
    reading.named('conn_properties.session_expiry_interval').advise('has little effect with clean_start = true: the next connection begins a new session', 'Set clean_start = false')
  }
}

function checkSessionOf311 (given: Given<BridgeValues>, reading: Reading): void {
  if (given.password !== undefined && given.username === undefined) {
    // [MQTT-3.1.2-22]
    reading.named('password').refuse('is given without username, which MQTT 3.1.1 does not allow', 'Add username, or proto_ver = 5')
  }
  if (given.cleanStart !== false && given.enable !== false && (given.subscription?.length ?? 0) > 0) {
    reading.named('clean_start').advise('is true: what the remote has for this bridge while it is away is lost', 'Set clean_start = false and a clientid of its own')
  }
}

/** What MQTT 3.1.1 has no words for. */
function warnOf311 (given: Given<BridgeValues>, reading: Reading): void {
  if (given.maxHops != null) reading.named('max_hops').warn('has no effect: MQTT 3.1.1 has no properties to count hops in', 'Set proto_ver = 5 where the remote speaks it')
  if (given.topicAlias != null && given.topicAlias > 0) reading.named('topic_alias').warn('has no effect: MQTT 3.1.1 has no topic aliases', 'Set proto_ver = 5 where the remote speaks it')
  for (const key of ['conn_properties', 'sub_properties', 'will.properties']) {
    const properties = reading.named(key)
    if (properties.given && properties.path.endsWith(key)) properties.warn('is not sent: MQTT 3.1.1 has no properties', 'Set proto_ver = 5 where the remote speaks it')
  }
  if (given.forwardBridged === true) {
    reading.named('forward_bridged').warn('is true with MQTT 3.1.1, which can not carry a count of hops: where bridges form a ring, messages go round for ever', 'Make sure that no remote leads back here, or set proto_ver = 5 and max_hops')
  }
}

function checkRules (given: Given<BridgeValues>, reading: Reading): void {
  const hasRules = (given.forwards?.length ?? 0) + (given.subscription?.length ?? 0) > 0
  if (!hasRules && given.transparent !== true && given.enable !== false) reading.warn('has neither forwards nor subscription: it connects and carries nothing')
}
