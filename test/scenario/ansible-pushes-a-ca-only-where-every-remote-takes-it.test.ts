/**
 * The role as it is shipped, with a local connection, in one rollout over three nodes: the first takes the file, the remote of the second does not take it,
 * and the third, in the same batch, stays as it is.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import { testPki } from '../support/certificates.ts'
import { tlsRemote } from '../support/tls-remote.ts'
import { nodeArguments, packageRoot } from '../../src/package.ts'

const root = fileURLToPath(packageRoot)
const missing = spawnSync('ansible-playbook', ['--version']).error === undefined ? false : 'ansible is not installed'

test('a file is in use where every remote takes it, and the first refusal stops the rollout', { skip: missing }, async t => {
  const [pki, stranger] = await Promise.all([testPki(t), testPki(t)])
  const [remote, strange] = await Promise.all([tlsRemote(t, pki.server), tlsRemote(t, stranger.server)])
  const node = async (name: string, port: number): Promise<string> => {
    const inUse = await pki.write(`${name}.pem`, await readFile(pki.caFile))
    const conf = await pki.write(`${name}.conf`, `
listeners.tcp { bind = "127.0.0.1:0" }
bridges.mqtt.north { server = "tls+mqtt-tcp://localhost:${port}", clientid = c, ssl { cacertfile = "${inUse}" } }
`)
    return `${name} causeway_ca_file=${inUse} causeway_conf=${conf}`
  }
  const command = await pki.write('causeway', `#!/bin/sh\nexec ${process.execPath} ${nodeArguments(new URL('../../src/main.ts', import.meta.url)).join(' ')} "$@"\n`)
  spawnSync('chmod', ['+x', command])
  const inventory = await pki.write('inventory', `[causeway]
${await node('first', remote.port)}
${await node('second', strange.port)}
${await node('third', remote.port)}
[causeway:vars]
ansible_connection=local
ansible_python_interpreter={{ ansible_playbook_python }}
causeway_command=${command}
causeway_owner=${process.getuid?.() ?? 0}
causeway_group=${process.getgid?.() ?? 0}
`)
  const old = await readFile(pki.caFile, 'utf8')
  const source = join(pki.dir, 'new.pem')
  await writeFile(source, `${old}# pushed\n`)

  const child = spawn('ansible-playbook', ['-i', inventory, join(root, 'deploy/ansible/push-ca.yaml'), '-e', `causeway_ca_source=${source}`],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '', HOME: pki.dir, LC_ALL: 'C.UTF-8', ANSIBLE_PIPELINING: '1' } })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { said += chunk.toString() })
  const [code] = await once(child, 'close') as [number]
  t.comment(said)

  t.not(code, 0, 'it is told as a failure')
  const inUse = async (name: string): Promise<string> => readFile(join(pki.dir, `${name}.pem`), 'utf8')
  t.equal(await inUse('first'), `${old}# pushed\n`, 'the new file is in use')
  t.equal(await inUse('second'), old, 'its remote did not take it')
  t.equal(await inUse('third'), old, 'the rollout was stopped')
  t.match(said, /fatal: \[second\]/)
  t.match(said, /CW_TLS_UNKNOWN_CA|unknown_ca|not trusted|UNKNOWN_CA/, 'and says why')
  t.notOk((await readdir(pki.dir)).includes('first.pem.candidate'), 'nothing is left behind')
  t.same([remote.heard, strange.heard], [0, 0], 'not a byte of MQTT')
})
