import { test } from 'tap'
import { Subscriptions } from '../../../../src/bridge/link/subscriptions.ts'
import type { Subscriber } from '../../../../src/bridge/link/subscriptions.ts'
import { silentLogger } from '../../../../src/logger.ts'
import { downRule } from '../../../support/bridge-rig.ts'

function connection (asked: string[], { sessionPresent = true, session = 'a', refuses = '' } = {}): Subscriber {
  return {
    sessionPresent,
    session,
    async subscribe (requests) {
      asked.push(...requests.map(({ filter, qos }) => `+${filter} ${qos}`))
      return requests.map(({ filter }) => filter).filter(filter => filter === refuses)
    },
    async unsubscribe (filters) {
      asked.push(...filters.map(filter => `-${filter}`))
    }
  }
}

test('a session that holds it all is asked for nothing', async t => {
  const asked: string[] = []
  const subscriptions = new Subscriptions([downRule('a', 'a'), downRule('b', 'b')], silentLogger)
  await subscriptions.renew(connection(asked))
  t.same(asked.splice(0), ['+a 2', '+b 2'], 'what an unknown session holds is not known')
  await subscriptions.renew(connection(asked))
  t.same(asked, [])
  await subscriptions.renew(connection(asked, { sessionPresent: false }))
  t.same(asked.splice(0), ['+a 2', '+b 2'])
  await subscriptions.renew(connection(asked, { session: 'b' }))
  t.same(asked, ['+a 2', '+b 2'], 'another server or client id has another session')
})

test('other rules: what is new is asked for first, then what nobody wants is given up', async t => {
  const asked: string[] = []
  const subscriptions = new Subscriptions([downRule('a', 'a'), downRule('b', 'b'), downRule('c', 'c')], silentLogger)
  await subscriptions.renew(connection(asked))
  asked.length = 0
  subscriptions.replace([downRule('a', 'elsewhere'), downRule('b', 'b', { subscribeQos: 1 }), downRule('d', 'd')])
  await subscriptions.adjust(connection(asked))
  t.same(asked, ['+b 1', '+d 2', '-c'])
})

test('rules that change while the link is down are made good in the session that is found again', async t => {
  const asked: string[] = []
  const subscriptions = new Subscriptions([downRule('a', 'a')], silentLogger)
  await subscriptions.renew(connection(asked))
  asked.length = 0
  subscriptions.replace([downRule('b', 'b')])
  await subscriptions.renew(connection(asked))
  t.same(asked, ['+b 2', '-a'])
})

test('what was refused is asked for again', async t => {
  const asked: string[] = []
  const subscriptions = new Subscriptions([downRule('a', 'a'), downRule('b', 'b')], silentLogger)
  await subscriptions.renew(connection(asked, { refuses: 'b' }))
  asked.length = 0
  await subscriptions.renew(connection(asked))
  t.same(asked, ['+b 2'])
})

test('two changes at a time: the last word is the rules of now', async t => {
  const asked: string[] = []
  const subscriptions = new Subscriptions([downRule('a', 'a')], silentLogger)
  const one = connection(asked)
  const first = subscriptions.renew(one)
  await Promise.resolve()
  await Promise.resolve()
  subscriptions.replace([downRule('b', 'b')])
  await Promise.all([first, subscriptions.adjust(one)])
  t.same(asked, ['+a 2', '+b 2', '-a'])
})
