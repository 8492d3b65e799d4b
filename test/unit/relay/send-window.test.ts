import { test } from 'tap'
import { Flight } from '../../../src/relay/flight.ts'
import { SendWindow } from '../../../src/relay/send-window.ts'
import { WindowBound } from '../../../src/relay/window-bound.ts'

function windowOf (qos1: number, qos2: number): SendWindow {
  return new SendWindow(new Flight(new WindowBound(qos1, qos1), new WindowBound(qos2, qos2)))
}

test('each QoS has its own bound', async t => {
  const window = windowOf(2, 1)
  window.take(true)
  t.notOk(window.hasRoom(true))
  t.ok(window.hasRoom(false))
  window.take(false)
  window.take(false)
  t.notOk(window.hasRoom(false))
  window.giveBack(true)
  t.ok(window.hasRoom(true))
})

test('Receive Maximum bounds both together [MQTT-3.3.4-9]', async t => {
  const window = windowOf(1000, 16)
  window.open(3)
  window.take(true)
  window.take(false)
  window.take(false)
  t.notOk(window.hasRoom(true))
  t.notOk(window.hasRoom(false))
})

test('a new connection has nothing under way, and an answer to the one before frees nothing on it', async t => {
  const window = windowOf(2, 2)
  window.take(false)
  window.open(65_535)
  window.giveBack(false)
  t.equal(window.inFlight, 0)
  window.take(false)
  window.take(false)
  t.notOk(window.hasRoom(false))
})

test('a broken link halves both', async t => {
  const window = windowOf(4, 2)
  window.halve()
  window.take(true)
  t.notOk(window.hasRoom(true))
  window.take(false)
  window.take(false)
  t.notOk(window.hasRoom(false))
})
