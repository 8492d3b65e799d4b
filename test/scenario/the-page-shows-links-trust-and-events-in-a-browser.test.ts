/** The page at `/` in a real browser: what it shows of a node with a good link, a broken one and refused files, and what its buttons do. */
import { rename, writeFile } from 'node:fs/promises'
import tap, { test } from 'tap'
import { adminFor, httpText } from '../support/admin.ts'
import { browserMissing, startBrowser } from '../support/browser.ts'
import { testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { publish } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

/** What the page has of an element; they run in the browser, and the types of one are not loaded here. */
interface PageElement {
  readonly matches: (selector: string) => boolean
  readonly getBoundingClientRect: () => { readonly height: number }
}

const isFocused = (node: PageElement): boolean => node.matches(':focus')
const countLow = (all: readonly PageElement[]): number => all.filter(node => node.getBoundingClientRect().height < 44).length

// two seconds of work; a browser on a machine that is busy with other tests takes longer
tap.setTimeout(120_000)

const login = 'ada:lovelace'
const HOSTILE = '<img src=x onerror=alert(1)>'

test('the page is closed to who is not known, and takes nothing from elsewhere', async t => {
  const { ask } = await adminFor(t, httpText)
  for (const path of ['/', '/main.js', '/look.css']) t.match(await ask(path, { by: 'http' }), { status: 401, headers: { 'www-authenticate': 'Basic realm="causeway"' } }, path)
  const { headers, text } = await ask('/', { login })
  t.match(headers, { 'content-type': /^text\/html/, 'content-security-policy': /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'; require-trusted-types-for 'script'/, 'x-frame-options': 'DENY', 'cache-control': 'no-store' })
  t.notMatch(text, /https?:|style=|onclick|<script>/, 'nothing from elsewhere, nothing in line')
  for (const [, file = ''] of text.matchAll(/(?:src|href)="([^"#]+)"/g)) t.equal((await ask(`/${file}`, { login })).status, 200, file)
})

test('a decision is about the files that were looked at', async t => {
  const { ask, edge } = await adminFor(t, httpText)
  const [taken, stage] = [[] as unknown[], { name: 'staged', since: 0, candidate: 'b', reason: new Error('no'), attempts: 1, retryInMs: 1 }]
  Object.defineProperty(edge, 'trust', { value: [{ kind: 'bridge', name: 'north', status: { generation: 1, fingerprint: 'a', stage, last: null }, history: [] }] })
  edge.commitTrust = owner => taken.push(owner) > 0
  const decide = async (candidate: string) => ask('/api/v1/trust/commit', { method: 'POST', login, body: { kind: 'bridge', name: 'north', candidate } })
  t.match(await decide('a'), { status: 409, json: { message: /have changed meanwhile/ } })
  t.match(taken, [])
  t.match(await decide('b'), { status: 200 })
  t.strictSame(taken, [{ kind: 'bridge', name: 'north' }])
  const foreign = await ask('/api/v1/trust/commit', { method: 'POST', login, body: { kind: 'bridge', name: 'north' }, headers: { 'sec-fetch-site': 'cross-site' } })
  t.equal(foreign.status, 403, 'a page of another site decides nothing')
  t.equal(taken.length, 1)
})

test('beside a broker that is not ours its link is one of the links', { skip: browserMissing }, async t => {
  const look = await startBrowser(t)
  const { admin } = await adminFor(t, `${httpText} # no listeners
    sidecar { server = "mqtt-tcp://127.0.0.1:1" }
    bridges.mqtt.north { enable = false, server = "mqtt-tcp://127.0.0.1:1", clientid = n, forwards = [{ local_topic = "up/#", remote_topic = "" }] }`)
  const { page, complaints } = await look({ login })
  await page.goto(`http://127.0.0.1:${admin.address?.port ?? 0}/`)
  const link = page.getByRole('article', { name: 'Link sidecar' })
  await link.getByText('CW_').waitFor()
  t.match(await link.innerText(), /^sidecar\s+(down|dialling|connecting) \d+ s\s+mqtt-tcp:\/\/127\.0\.0\.1:1/)
  await page.getByText('1 of 1 link down').waitFor()
  await page.getByRole('article', { name: 'Link north' }).waitFor()
  t.strictSame(complaints, [])
})

test('links, trust and events are seen, and refused files are forced by hand', { skip: mosquittoMissing || browserMissing }, async t => {
  const [pki, other] = await Promise.all([testPki(t, { server: { commonName: HOSTILE } }), testPki(t, { name: 'Other' })])
  const [remote, look] = await Promise.all([startMosquitto(t, { pki }), startBrowser(t)])
  const ca = await pki.write('trusted.pem', pki.root.certPem)
  const rig = await adminFor(t, `${httpText}
    bridges.mqtt.north { server = "tls+mqtt-tcp://localhost:${remote.tlsPort}", clientid = n, ssl { cacertfile = "${ca}" }, forwards = [{ local_topic = "up/#", remote_topic = "" }] }
    bridges.mqtt.south { server = "mqtt-tcp://127.0.0.1:1", clientid = s, backoff_max = 100ms, forwards = [{ local_topic = "up/#", remote_topic = "" }] }
    bridges.mqtt.reserve { enable = false, server = "mqtt-tcp://127.0.0.1:1", clientid = r, forwards = [{ local_topic = "up/#", remote_topic = "" }] }`)
  const device = await RawClient.open(rig.mqttPort, { clientId: 'd1' })
  t.teardown(() => device.destroy())
  await eventually('north is up', () => rig.edge.bridges[0]?.state.name === 'up')
  const { page, complaints, hosts } = await look({ login })
  const address = `127.0.0.1:${rig.admin.address?.port ?? 0}`
  await page.goto(`http://${address}/`)

  const north = page.getByRole('article', { name: 'Link north' })
  const south = page.getByRole('article', { name: 'Link south' })
  await north.getByText(/^up \d/).waitFor()
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: 'Skip to the links' })
  t.ok(await skip.evaluate(isFocused) && await skip.isVisible(), 'by keyboard the first thing is a way past the head')
  await page.keyboard.press('Enter')
  t.ok(await page.getByRole('region', { name: 'Links' }).evaluate(isFocused))
  await south.getByText('CW_').waitFor()
  t.equal(await page.getByText('1 of 2 links down').count(), 1)
  const reserve = page.getByRole('article', { name: 'Link reserve' })
  t.match(await reserve.innerText(), /^reserve\s+disabled \d+ s\s+mqtt-tcp:\/\/127\.0\.0\.1:1$/, 'a link that nobody wants has no chart and no zeros')
  t.equal(await reserve.locator('svg').isVisible(), false)
  t.equal(await north.locator('svg').isVisible(), true)
  device.send(...Array.from({ length: 20 }, (_, i) => publish('up/a', 'x', { qos: 1, id: i + 1 })))
  await south.locator('dl div', { hasText: 'waiting' }).getByText('20').waitFor()
  await page.getByRole('cell', { name: 'img src=x onerror=alert(1)' }).waitFor()
  t.equal(await page.locator('img').count(), 0, 'a name stays text')
  await page.locator('#events').getByText('Link north is up').waitFor()
  t.match(await page.locator('body').ariaSnapshot(), /banner:\n.*heading "Causeway" \[level=1\][^]*region "Links":\n.*heading "Links" \[level=2\]\n.*article "Link north":\n.*heading "north" \[level=3\][^]*term: sent\n.*definition: [^]*region "Trust":[^]*article "Certificate files of bridge north":[^]*region "Certificates in use":\n.*table:[^]*columnheader "Days left"[^]*region "Listeners":[^]*region "Recent events":[^]*contentinfo:/, 'who hears it has the same, in order')

  const files = page.getByRole('article', { name: 'Certificate files of bridge north' })
  await files.getByText('generation 1 in use').waitFor()
  await writeFile(`${ca}.new`, other.root.certPem)
  await rename(`${ca}.new`, ca)
  const force = files.getByRole('button', { name: /Use it all the same/ })
  await force.waitFor()
  t.equal(await files.getByText('is not trusted').count(), 1, 'why they wait is said once')
  await force.focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  t.ok(await dialog.getByRole('button', { name: 'Leave it as it is' }).evaluate(isFocused), 'the harmless answer has the focus')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  t.ok(await force.evaluate(isFocused), 'and the focus comes back')
  t.equal(rig.edge.trust[0]?.status.generation, 1, 'nothing was done')
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Use them' }).click()
  await files.getByText('generation 2 in use').waitFor()
  t.equal(rig.edge.trust[0]?.status.generation, 2)
  t.match(await page.getByRole('status').textContent(), /Link|Certificate files/, 'changes are read out')

  await south.getByText(/^(down|dialling|connecting) [1-9]/).waitFor() // attempts follow each other in 100 ms

  await page.setViewportSize({ width: 360, height: 740 })
  t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, 'nothing is cut off on a phone')
  t.ok(await page.getByRole('table').getByRole('row').getByRole('cell', { name: 'bridge north' }).count() > 0, 'what is shown as blocks is a table for who hears it')
  t.match(await page.getByRole('table').ariaSnapshot(), /cell "until \d+ \w+ \d{4}"/, 'a date without its column says what it is')
  const small = await page.locator('button:visible').evaluateAll(countLow)
  t.equal(small, 0, 'buttons are for thumbs')
  t.strictSame([...hosts], [address])
  t.strictSame(complaints, [])
})
