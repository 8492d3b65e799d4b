import { test } from 'tap'
import { SendWindow } from '../../../src/relay/send-window.ts'

function room (window: SendWindow, qos2: boolean): number {
  let taken = 0
  for (; window.hasRoom(qos2); taken++) window.take(qos2)
  for (let n = 0; n < taken; n++) window.giveBack(qos2)
  window.open(65_535)
  return taken
}

/** The size after `times` links that broke without an answer. */
function after (times: number, resent: boolean): SendWindow {
  const window = new SendWindow(1000, 16)
  for (let n = 0; n < times; n++) {
    window.open(65_535)
    window.take(false)
    window.broken(resent)
  }
  window.open(65_535)
  return window
}

test('a link that breaks with nothing answered after a resend halves the windows, down to one', async t => {
  t.equal(room(after(0, true), false), 1000)
  t.equal(room(after(1, true), false), 500)
  t.equal(room(after(2, true), true), 4)
  t.equal(room(after(50, true), false), 1)
  t.equal(room(after(50, true), true), 1)
})

test('one that breaks without a resend, or with answers, changes nothing', async t => {
  t.equal(room(after(5, false), false), 1000)
  const window = new SendWindow(1000, 16)
  window.take(false)
  window.giveBack(false)
  window.broken(true)
  window.open(65_535)
  t.equal(room(window, false), 1000)
})

test('each whole window of answers doubles it, up to what it was', async t => {
  const window = after(3, true)
  const sizes = [125, 250, 500, 1000, 1000].map(size => {
    for (let n = 0; n < size; n++) {
      window.take(false)
      window.giveBack(false)
    }
    return size
  })
  t.equal(sizes.length, 5)
  t.equal(room(window, false), 1000)
  t.equal(room(window, true), 16)
})

test('Receive Maximum bounds both together [MQTT-3.3.4-9]', async t => {
  const window = new SendWindow(1000, 16)
  window.open(3)
  window.take(true)
  window.take(false)
  window.take(false)
  t.notOk(window.hasRoom(true))
  t.notOk(window.hasRoom(false))
})
