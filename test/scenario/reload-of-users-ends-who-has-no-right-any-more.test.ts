import { test } from 'tap'
import { listenerText, reloadSite } from '../support/reload-site.ts'
import { eventually } from '../support/eventually.ts'

const text = (users: string, rules: string): string => `${listenerText}
auth {
  allow_anonymous = false
  no_match = allow
  password = { ${users} }
  acl = { rules = [ ${rules} ] }
}`

test('a user that is gone is gone at once, a right that is gone takes its subscription along, others stay', async t => {
  const site = await reloadSite(t, text('"keeps": "a", "goes": "b", "changes": "c"', ''))
  const [keeps, goes, changes] = [
    await site.device({ username: 'keeps', password: 'a' }), await site.device({ username: 'goes', password: 'b' }), await site.device({ username: 'changes', password: 'c' })
  ]
  const heard: string[] = []
  keeps.on('message', topic => heard.push(topic))
  await keeps.subscribeAsync(['open/x', 'secret/x'], { qos: 1 })
  const ended = Promise.all([goes, changes].map(async device => new Promise<void>(resolve => device.once('close', () => resolve()))))

  const outcome = await site.reload(text('"keeps": "a", "changes": "other"', '{ permit = deny, action = subscribe, topics = ["secret/#"] }'))
  t.match(outcome, { kind: 'applied', changes: [{ part: 'auth', what: 'users and rules' }] })
  t.notMatch(JSON.stringify(outcome), /other/, 'no password is told')
  await ended
  await keeps.publishAsync('secret/x', '1', { qos: 1 })
  await keeps.publishAsync('open/x', '2', { qos: 1 })
  await eventually('the open one', () => heard.includes('open/x'))
  t.same(heard, ['open/x'])
  t.ok((await site.device({ username: 'changes', password: 'other' })).connected)
})
