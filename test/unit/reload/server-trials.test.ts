/** What the answers of several servers mean for a candidate. */
import { test } from 'tap'
import type { RemoteAddress } from '../../../src/config/model.ts'
import { tryServers } from '../../../src/reload/server-trials.ts'
import type { CanaryVerdict } from '../../../src/trust/canary.ts'
import { HandshakeError, handshakeCodes } from '../../../src/trust/errors.ts'

type Answer = 'accepted' | 'noted' | 'refused' | 'revoked' | 'unreachable'

const codes = { refused: handshakeCodes.unknownAuthority, revoked: handshakeCodes.revoked, unreachable: handshakeCodes.unreachable } as const

function verdict (answer: Answer, host: string): CanaryVerdict {
  if (answer === 'accepted' || answer === 'noted') return { kind: 'accepted', ...(answer === 'noted' ? { note: `${host} was not asked all` } : {}) }
  return { kind: answer === 'unreachable' ? 'unreachable' : 'refused', reason: new HandshakeError(codes[answer], `${host} ${answer}`) }
}

function server (host: string): RemoteAddress {
  return { secure: true, host, port: 8883, url: `tls+mqtt-tcp://${host}:8883` }
}

interface Case {
  /** Of the candidate, by server: a, b, c. */
  readonly answers: readonly Answer[]
  /** Of what is in use. @default accepted */
  readonly serving?: readonly Answer[]
  readonly connected: string | null
}

async function judged ({ answers, serving = [], connected }: Case): Promise<CanaryVerdict> {
  const hosts = ['a', 'b', 'c'].slice(0, answers.length)
  const said = (of: readonly Answer[]) => async ({ host }: RemoteAddress): Promise<CanaryVerdict> => verdict(of[hosts.indexOf(host)] ?? 'accepted', host)
  return tryServers({ servers: hosts.map(server), connected: connected === null ? null : server(connected), tryCandidate: said(answers), tryServing: said(serving) })
}

const rows: readonly (Case & { readonly it: string, readonly is: string })[] = [
  { it: 'all accept', answers: ['accepted', 'accepted'], connected: 'a', is: 'accepted ' },
  { it: 'the connected one refuses', answers: ['accepted', 'refused'], connected: 'b', is: 'refused b refused' },
  { it: 'the connected one refuses, another was revoked', answers: ['revoked', 'refused'], connected: 'b', is: 'refused b refused' },
  { it: 'the connected one serves and does not answer', answers: ['unreachable', 'accepted'], connected: 'a', is: 'refused a unreachable' },
  { it: 'another one would be lost', answers: ['accepted', 'refused'], connected: 'a', is: 'refused b refused' },
  { it: 'another one was lost before', answers: ['accepted', 'refused'], serving: ['accepted', 'refused'], connected: 'a', is: 'accepted b refused, as with the files in use' },
  { it: 'another one was lost before, and is revoked now', answers: ['accepted', 'revoked'], serving: ['accepted', 'refused'], connected: 'a', is: 'refused b revoked' },
  { it: 'another one is not there', answers: ['noted', 'unreachable'], connected: 'a', is: 'accepted a was not asked all; b unreachable' },
  { it: 'one would be lost, one is revoked', answers: ['accepted', 'refused', 'revoked'], connected: 'a', is: 'refused c revoked' },
  { it: 'the link is down, one accepts and one is not there', answers: ['unreachable', 'accepted'], connected: null, is: 'accepted a unreachable' },
  { it: 'the link is down, one would be lost', answers: ['refused', 'accepted'], connected: null, is: 'refused a refused' },
  { it: 'the link is down, one refuses what is in use as well, one is not there', answers: ['unreachable', 'refused'], serving: ['accepted', 'refused'], connected: null, is: 'refused b refused' },
  { it: 'nobody is there', answers: ['unreachable', 'unreachable'], connected: null, is: 'unreachable a unreachable' },
  { it: 'one server', answers: ['refused'], connected: 'a', is: 'refused a refused' }
]

for (const { it, is, ...given } of rows) {
  test(it, async t => {
    const answer = await judged(given)
    t.equal(`${answer.kind} ${answer.kind === 'accepted' ? answer.note ?? '' : answer.reason.message}`, is)
    t.equal(answer.servers?.length, given.answers.length === 1 ? undefined : given.answers.length)
  })
}

test('what each has said is told; a connected server that is none of them any more is asked too', async t => {
  t.match(await judged({ answers: ['accepted', 'unreachable'], connected: 'z' }), {
    kind: 'accepted',
    servers: [
      { server: 'tls+mqtt-tcp://z:8883', verdict: 'accepted', reason: '' },
      { server: 'tls+mqtt-tcp://a:8883', verdict: 'accepted' },
      { server: 'tls+mqtt-tcp://b:8883', verdict: 'unreachable', reason: 'b unreachable' }
    ]
  })
})
