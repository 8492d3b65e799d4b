import { test } from 'tap'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridgeText, listenerText, reloadSite } from '../support/reload-site.ts'

for (const kept of ['memory', 'disk'] as const) {
  test(`rules, connection, users, other bridges and broken files change, with the queue in ${kept}`, { skip: mosquittoMissing }, async t => {
    const remote = await startMosquitto(t)
    const observer = await remote.observe('up/#')
    const text = (dir: string, round: number): string => {
      if (round % 5 === 4) return 'listeners { broken'
      const more = round % 4 === 3 ? bridgeText('passing', remote.port, 'forwards = [ { local_topic = "other/#", remote_topic = "" } ]') : ''
      const rules = `{ local_topic = "up/#", remote_topic = "" }, { local_topic = "round/${round % 3}", remote_topic = "" }`
      return `${listenerText}
        ${kept === 'disk' ? `spool { dir = "${dir}/spool" }` : ''}
        auth { allow_anonymous = true, no_match = allow, acl.rules = [ { permit = deny, action = publish, topics = ["none/${round % 3}"] } ] }
        ${bridgeText('north', remote.port, `forwards = [ ${rules} ]\nkeepalive = ${30 + round % 2}s\nsubscription = [ { remote_topic = "down/${round % 2}", local_topic = "", qos = 1 } ]`)}
        ${more}`
    }
    const site = await reloadSite(t, dir => text(dir, 0))
    await site.isUp('north')
    const device = await site.device()
    let sent = 0
    const over = new AbortController()
    const loading = (async () => {
      while (!over.signal.aborted) {
        await Promise.all([0, 1, 2].map(async () => device.publishAsync(`up/${sent % 7}`, `${sent++}`, { qos: 1 })))
        await new Promise(resolve => setTimeout(resolve, 2))
      }
    })()
    const kinds: string[] = []
    for (let round = 1; round <= 20; round++) {
      const before = sent
      kinds.push((await site.reload(text(site.dir, round))).kind)
      await eventually('the device goes on', () => sent > before)
    }
    over.abort()
    await loading
    t.equal(kinds.filter(kind => kind === 'applied').length, 16)
    t.equal(kinds.filter(kind => kind === 'invalid').length, 4)
    await eventually('all have arrived', () => new Set(observer.messages.map(({ payload }) => payload.toString())).size === sent, 15_000)
    const { counters } = site.bridge('north')
    t.equal(counters.connects, 1)
    t.equal(counters.disconnects, 0)
    t.ok(counters.takeOvers >= 8, `${counters.takeOvers} take-overs`)
    t.comment(`${sent} messages, ${observer.messages.length} arrivals, ${counters.takeOvers} take-overs, 20 reloads, 0 lost`)
  })
}
