/** Certificate files: where they stand. */
import type { FastifyInstance } from 'fastify'
import { trustStandingOf } from '../../standing.ts'
import type { TrustOwner, TrustReport } from '../../../reload/trust-files.ts'
import { answerOf, Code, Denial, listOf, text, whole } from '../answer.ts'
import type { RouteContext } from '../context.ts'

const answer = answerOf(listOf({ kind: text, name: text, generation: whole, stage: text, history: listOf({ step: text, at: whole, generation: whole }) }))

const owner = {
  type: 'object',
  properties: {
    kind: { type: 'string', enum: ['bridge', 'listener'] },
    name: text,
    candidate: { ...text, description: 'Fingerprint of the files that are meant. Left out: whichever wait.' }
  },
  required: ['kind', 'name'],
  additionalProperties: false
}

interface Decision extends TrustOwner {
  readonly candidate?: string
}

export function trustRoutes (app: FastifyInstance, { edge }: RouteContext): void {
  const tags = ['trust']
  const all = () => edge.trust.map(told)
  app.get('/api/v1/trust', { schema: { tags, summary: 'Where the certificate files of each bridge and TLS listener stand.', response: { 200: answer } } },
    () => ({ code: Code.OK, data: all() }))
  app.post('/api/v1/trust/check', { schema: { tags, summary: 'Look at all certificate files now; answers when what was found is in use or refused.', response: { 200: answer } } }, async () => {
    await edge.checkTrust()
    return { code: Code.OK, data: all() }
  })
  const steps = [
    ['commit', 'Take files into use that are valid and that a trial connection has refused.', (of: TrustOwner) => edge.commitTrust(of)],
    ['abort', 'Give up files that are valid and not in use, until they change.', (of: TrustOwner) => edge.abortTrust(of)]
  ] as const
  for (const [step, summary, take] of steps) {
    app.post<{ Body: Decision }>(`/api/v1/trust/${step}`, { schema: { tags, summary, body: owner, response: { 200: answer } } }, ({ body }) => {
      const { kind, name, candidate } = body
      const waits = edge.trust.find(report => report.kind === kind && report.name === name)?.status.stage
      // what is decided on is what was looked at
      if (candidate !== undefined && waits?.name === 'staged' && waits.candidate !== candidate) throw new Denial(409, Code.ILLEGAL_SUBJECT, `the files of ${kind} ${name} have changed meanwhile`, 'Look at what waits now, and decide again')
      if (!take({ kind, name })) throw new Denial(404, Code.ILLEGAL_SUBJECT, `no files of ${kind} ${name} wait for a decision`, 'causeway trust status shows what is staged')
      return { code: Code.OK, data: all() }
    })
  }
}

function told (report: TrustReport): object {
  return { ...trustStandingOf(report), history: report.history }
}
