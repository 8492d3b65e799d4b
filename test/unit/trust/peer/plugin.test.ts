/** Loading a verification plugin, and changing it while Causeway runs. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import { loadPlugin, pluginFinding } from '../../../../src/trust/peer/plugin.ts'
import type { PeerToVerify } from '../../../../src/trust/peer/plugin.ts'
import { createTrustSnapshot } from '../../../../src/trust/snapshot.ts'
import { testPki } from '../../../support/certificates.ts'

const peer: PeerToVerify = { host: 'h', port: 1, name: 'h', chain: [], tlsVersion: '', cipher: '', alpn: null, staple: null, signal: new AbortController().signal }

for (const [what, text, words] of [
  ['a syntax error', 'export default (', /can not be loaded/],
  ['a module that throws when it is loaded', 'throw new Error("no list")', /can not be loaded: no list/],
  ['no default export', 'export const verify = () => {}', /default export is no function/],
  ['an object', 'export default { verify: true }', /default export is no function/],
  ['an import that is not there', 'import "./none.mjs"\nexport default () => ({ allow: true })', /can not be loaded/]
] as const) {
  test(`${what} can not be used`, async t => {
    const pki = await testPki(t)
    await t.rejects(loadPlugin(await pki.write('verify.mjs', text)), { code: 'CW_TRUST_PLUGIN_UNUSABLE', message: words, hint: /default export/ })
  })
}

test('a file that is not there is named', async t => {
  await t.rejects(loadPlugin('/nowhere/verify.mjs'), { code: 'CW_TRUST_UNREADABLE', message: /\/nowhere\/verify\.mjs/ })
})

test('another content is another generation with another verdict; the same content is not loaded twice', async t => {
  const pki = await testPki(t)
  const file = join(pki.dir, 'verify.mjs')
  const files = { cacertfile: pki.caFile, certfile: null, keyfile: null, keyPassword: null, verifyPlugin: file }
  await writeFile(file, 'export default () => ({ allow: false, reason: "first" })')
  const first = await createTrustSnapshot(files, 1)
  const again = await createTrustSnapshot(files, 2)
  t.equal(again.fingerprint, first.fingerprint)
  t.equal(again.plugin?.verify, first.plugin?.verify)
  await writeFile(file, 'export default () => ({ allow: true })')
  const second = await createTrustSnapshot(files, 3)
  t.not(second.fingerprint, first.fingerprint)
  for (const [snapshot, words] of [[first, /first/], [second, null]] as const) {
    if (snapshot.plugin === null) throw new Error('no plugin')
    const finding = await pluginFinding(snapshot.plugin, peer, 1000)
    if (words === null) t.equal(finding, null)
    else t.match(finding, { code: 'CW_TLS_PLUGIN', words })
  }
  await rm(file)
  await t.rejects(createTrustSnapshot(files, 4), { code: 'CW_TRUST_UNREADABLE' })
})
