/** Eclipse Mosquitto with a bridge connection. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Launch, TargetSetup } from './target.ts'

export async function prepareMosquitto (program: string, setup: TargetSetup): Promise<Launch> {
  const conf = join(setup.dir, 'mosquitto.conf')
  await writeFile(conf, mosquittoConf(setup).join('\n') + '\n')
  return {
    command: program,
    args: ['-c', conf],
    readyLine: null,
    // SIGHUP reads its listeners' certificates again, not those of bridges
    rotation: 'restart',
    settings: ['set_tcp_nodelay', `max_inflight_messages ${setup.inFlight}`, 'max_queued_messages unlimited', 'cleansession false', 'persistence off']
  }
}

function mosquittoConf (setup: TargetSetup): string[] {
  const { forwards, subscriptions } = setup
  return [
    // started as root it would become another user, who can not read the files of this run
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    `listener ${setup.port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'set_tcp_nodelay true',
    `max_inflight_messages ${setup.inFlight}`,
    'max_queued_messages 0',
    'max_queued_bytes 0',
    'log_dest stderr',
    'log_type error',
    'log_type warning',
    'connection remote',
    `address 127.0.0.1:${setup.remotePort}`,
    `bridge_cafile ${setup.caFile}`,
    `bridge_protocol_version ${setup.remoteLevel === 5 ? 'mqttv50' : 'mqttv311'}`,
    'remote_clientid bench-bridge',
    'cleansession false',
    'notifications false',
    'try_private false',
    'restart_timeout 1',
    ...forwards.map(({ filter, prefix }) => prefix === '' ? `topic ${filter} out 2` : `topic ${filter} out 2 "" ${prefix}`),
    ...subscriptions.map(({ filter, qos }) => `topic ${filter} in ${qos}`)
  ]
}
