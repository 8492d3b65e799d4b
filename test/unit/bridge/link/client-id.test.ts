import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import { keptClientId } from '../../../../src/bridge/link/client-id.ts'

test('made once, kept, and one for each bridge', async t => {
  const dir = join(t.testdir(), 'state')
  const made = await keptClientId(dir, 'north')
  t.match(made, /^causeway[0-9a-f]{12}$/)
  t.equal(await keptClientId(dir, 'north'), made)
  t.not(await keptClientId(dir, '../evil name'), made)
  t.same((await readdir(dir)).sort(), ['clientid-..%2Fevil%20name', 'clientid-north'])
  t.equal((await stat(join(dir, 'clientid-north'))).mode & 0o777, 0o600)
})

test('what can not be a client id is made anew', async t => {
  const dir = t.testdir({ 'clientid-north': 'torn\0' })
  const made = await keptClientId(dir, 'north')
  t.equal((await readFile(join(dir, 'clientid-north'), 'utf8')).trim(), made)
})

test('without a directory it lasts as long as the process', async t => {
  t.not(await keptClientId(null, 'north'), await keptClientId(null, 'north'))
})

test('a directory that can not be used is an error with a hint, not a new id each time', async t => {
  const dir = t.testdir({ file: '' })
  await t.rejects(keptClientId(join(dir, 'file', 'below'), 'north'), { code: 'CW_BRIDGE_CLIENT_ID', hint: /clientid/ })
  await mkdir(join(dir, 'clientid-north'))
  await writeFile(join(dir, 'clientid-north', 'x'), '')
  await chmod(join(dir, 'clientid-north'), 0o700)
  await t.rejects(keptClientId(dir, 'north'), { code: 'CW_BRIDGE_CLIENT_ID' })
})
