/** "Did you mean": near words are found, far ones are not. */
import { test } from 'tap'
import { suggestion } from '../../../src/config/schema/suggestion.ts'

const known = ['keepalive', 'clean_start', 'server', 'ssl', 'tcp', 'qos']

test('slips are seen through', async t => {
  const rows = [
    ['keepalvie', 'keepalive'], ['keep_alive', 'keepalive'], ['keepaliv', 'keepalive'], ['KeepAlives', 'keepalive'],
    ['cleanstart', 'clean_start'], ['sever', 'server'], ['sll', 'ssl']
  ] as const
  for (const [written, meant] of rows) t.equal(suggestion(written, known), `Did you mean "${meant}"?`, written)
})

test('what is near to nothing gets no guess', async t => {
  for (const written of ['temperature', 'x', '', 'zzz', 'k'.repeat(100_000)]) t.equal(suggestion(written, known), '', written.slice(0, 12))
})

test('of several, the nearest', async t => {
  t.equal(suggestion('quic_0rt', ['quic_0rtt', 'quic_keepalive']), 'Did you mean "quic_0rtt"?')
})
