/** Who comes and goes, in the words of NanoMQ's `$SYS/brokers/client_status/CLIENTID`. */
import type { DeviceEvent } from '../../broker/device-events.ts'
import { topicLevel } from '../../mqtt/topic-level.ts'
import type { AdminPort } from '../admin-port.ts'

const protocolNames: Readonly<Record<number, string>> = { 3: 'MQIsdp' }
/** Reason codes of DISCONNECT in MQTT 5: a normal end, and any other. */
const NORMAL = 0x00
const UNSPECIFIED = 0x80

export function deviceStatus (event: DeviceEvent, now: number): object {
  const { clientId, username, level, keepAlive, cleanSession, address } = event.device
  return {
    status: event.kind === 'connected' ? 'online' : 'offline',
    client_id: clientId,
    username,
    ts: now,
    proto_name: protocolNames[level] ?? 'MQTT',
    proto_ver: level,
    keepalive: keepAlive,
    clean_start: cleanSession,
    IPv4: address,
    ...(event.kind === 'disconnected' ? { reason_code: event.orderly ? NORMAL : UNSPECIFIED } : { return_code: 0 })
  }
}

/** Bridges stand there under their client id at the remote, or their name where that is made up, retained. */
export function bridgeStatus ({ bridges, config }: AdminPort): readonly (readonly [topic: string, payload: string])[] {
  return bridges.map(({ name, state }) => {
    const about = config.bridges.find(bridge => bridge.name === name)
    const isUp = state.name === 'up' || state.name === 'draining'
    const clientId = about?.clientid ?? name
    return [`$SYS/brokers/client_status/${topicLevel(clientId)}`, JSON.stringify({
      status: isUp ? 'online' : 'offline',
      client_id: clientId,
      bridge: name,
      proto_name: 'MQTT',
      proto_ver: about?.protoVer ?? 4,
      keepalive: about?.keepaliveSeconds ?? 0,
      clean_start: about?.cleanStart ?? true,
      ...(isUp ? { return_code: 0 } : { reason_code: UNSPECIFIED })
    })] as const
  })
}
