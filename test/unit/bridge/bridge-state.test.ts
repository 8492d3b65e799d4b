import { test } from 'tap'
import type { BridgeStateName } from '../../../src/bridge/bridge-state.ts'
import { mayFollow } from '../../../src/bridge/bridge-state.ts'

const names: readonly BridgeStateName[] = ['disabled', 'idle', 'dialling', 'connecting', 'up', 'waiting', 'draining', 'stopped']

test('stopped is the end, reached from everywhere that lives', async t => {
  for (const name of names) {
    t.equal(mayFollow('stopped', name), false)
    if (name !== 'stopped') t.equal(mayFollow(name, 'stopped'), true, name)
  }
})

test('up is reached only by way of a dial and a CONNECT, or from a connection that is up', async t => {
  t.same(names.filter(name => mayFollow(name, 'up')), ['connecting', 'up'])
  t.same(names.filter(name => mayFollow(name, 'connecting')), ['dialling', 'connecting'])
  t.same(names.filter(name => mayFollow(name, 'dialling')), ['idle', 'waiting'])
})
