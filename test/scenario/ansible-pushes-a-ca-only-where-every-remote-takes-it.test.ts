/** The role as it is shipped, with a local connection: the preflight dials the remote, and a file that it does not take stays out. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import { testPki } from '../support/certificates.ts'
import { tlsRemote } from '../support/tls-remote.ts'
import { nodeArguments, packageRoot } from '../../src/package.ts'

const root = fileURLToPath(packageRoot)
const missing = spawnSync('ansible-playbook', ['--version']).error === undefined ? false : 'ansible is not installed'

test('a good file takes the place of the old one, a wrong one stops the rollout', { skip: missing }, async t => {
  const pki = await testPki(t)
  const stranger = await testPki(t)
  const remote = await tlsRemote(t, pki.server)
  const inUse = await pki.write('in-use.pem', await readFile(pki.caFile))
  const conf = await pki.write('edge.conf', `
listeners.tcp { bind = "127.0.0.1:0" }
bridges.mqtt.north { server = "tls+mqtt-tcp://localhost:${remote.port}", clientid = c, ssl { cacertfile = "${inUse}" } }
`)
  const inventory = await pki.write('inventory', '[causeway]\nhere ansible_connection=local ansible_python_interpreter=auto_silent\n')
  const command = await pki.write('causeway', `#!/bin/sh\nexec ${process.execPath} ${nodeArguments(new URL('../../src/main.ts', import.meta.url)).join(' ')} "$@"\n`)
  spawnSync('chmod', ['+x', command])
  const push = async (source: string): Promise<number> => {
    const child = spawn('ansible-playbook', ['-i', inventory, join(root, 'deploy/ansible/push-ca.yaml'),
      '-e', `causeway_ca_source=${source} causeway_ca_file=${inUse} causeway_conf=${conf} causeway_command=${command} causeway_owner=${process.getuid?.() ?? 0} causeway_group=${process.getgid?.() ?? 0}`
    ], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '', HOME: pki.dir, LC_ALL: 'C.UTF-8', ANSIBLE_PIPELINING: '1' } })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { said += chunk.toString() })
    const [code] = await once(child, 'close') as [number]
    t.comment(said)
    return code
  }
  const old = await readFile(inUse, 'utf8')

  t.not(await push(stranger.caFile), 0)
  t.equal(await readFile(inUse, 'utf8'), old, 'the file in use is as it was')

  const both = join(pki.dir, 'both.pem')
  await writeFile(both, old + await readFile(stranger.caFile, 'utf8'))
  t.equal(await push(both), 0)
  t.equal(await readFile(inUse, 'utf8'), await readFile(both, 'utf8'), 'the new file is in use')
  t.equal(remote.heard, 0, 'not a byte of MQTT')
})
