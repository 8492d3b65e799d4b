import { test } from 'tap'
import { Conditions } from '../../src/notify/conditions.ts'
import { adminFor } from '../support/admin.ts'
import { configOf } from '../support/config-text.ts'
import { eventually } from '../support/eventually.ts'

test('memory that is small is full at once and does not count; the files do, until the alert and the metric say how full', async t => {
  const { edge, ask } = await adminFor(t, `spool { dir = "./spool", max_bytes = 1MB, min_free = 0B }
bridges.mqtt.north { server = "mqtt-tcp://127.0.0.1:1", max_send_queue_len = 2, forwards = [{ local_topic = "up/#", remote_topic = "" }] }`)
  const conditions = new Conditions(edge, configOf('alerts.queue_full = 60').alerts)
  const told = (): readonly string[] => conditions.look(Date.now()).flatMap(({ kind, message }) => kind === 'queue_full' ? [message] : [])
  const ratio = async (): Promise<number> => Number(/causeway_bridge_queue_fill_ratio\{bridge="north"\} (\S+)/.exec((await ask('/api/v4/prometheus')).text)?.[1])
  const fill = async (count: number, least: number): Promise<void> => {
    await Promise.all(Array.from({ length: count }, async () => edge.publish({ topic: 'up/a', payload: Buffer.alloc(10_000), qos: 1, retain: false }, null)))
    await eventually('they are on disk', () => (edge.bridges[0]?.figures.disk?.bytes ?? 0) > least)
  }
  t.equal(await ratio(), 0)
  await fill(30, 300_000)
  t.same(told(), [], 'a third')
  const third = await ratio()
  t.ok(third > 0.28 && third < 0.4, String(third))
  await fill(40, 700_000)
  t.match(told(), [/^the queue of bridge north on disk is (6\d|7\d) % full: 70 messages wait/])
})
