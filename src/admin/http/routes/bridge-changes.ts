/** Changes of bridges, until the configuration is read again. What NanoMQ has is answered as it answers it, but for a bridge that is not there: 404, where its switch says 204. */
import type { FastifyInstance } from 'fastify'
import type { JsonObject } from '../../../config/hocon/from-json.ts'
import type { BridgeEdit } from '../../../reload/bridge-edit.ts'
import { ReloadError, reloadCodes } from '../../../reload/errors.ts'
import { outcomeText } from '../../../reload/outcome-text.ts'
import { answerOf, Code, Denial, listOf, text, thing, truth } from '../answer.ts'
import { bridgeNode } from '../bridge-node.ts'
import type { RouteContext } from '../context.ts'

interface Named { readonly Params: { readonly name: string } }

const UNTIL = 'until the configuration is read again, or the process ends: write it into the file to keep it'

const answer = answerOf(thing({ holds: { ...text, description: 'How long.' }, changes: listOf({ part: text, what: text }), bridge: thing({ name: text }) }))
const settings = { type: 'object', minProperties: 1, maxProperties: 1, additionalProperties: { type: 'object' }, description: '{ "NAME": { … } } with the keys of a bridges.mqtt.NAME block.' }
const tags = ['bridges']

export function bridgeChangeRoutes (app: FastifyInstance, context: RouteContext): void {
  addAndSet(app, context)
  subscriptions(app, context)
  app.delete<Named>('/api/v4/bridges/:name', { schema: { tags, summary: 'Take a bridge away: what it has goes out first, at most 10 s.', response: { 200: answer } } },
    async ({ params: { name }, ip }) => change(context, { kind: 'remove', name }, ip))
  app.post<Named & { Body: { readonly data: { readonly bridge_switch: boolean } } }>('/api/v4/bridges/switch/:name', {
    schema: { tags, summary: 'Start or stop a bridge.', body: dataOf({ bridge_switch: truth }, ['bridge_switch']), response: { 200: answer } }
  }, async ({ params: { name }, body, ip }) => change(context, { kind: 'switch', name, enable: body.data.bridge_switch }, ip))
}

function addAndSet (app: FastifyInstance, context: RouteContext): void {
  app.post<{ Body: Readonly<Record<string, JsonObject>> }>('/api/v4/bridges', { schema: { tags, summary: 'Add a bridge.', body: settings, response: { 201: answer } } }, async ({ body, ip }, reply) => {
    const [[name, given] = ['', {}]] = Object.entries(body)
    return reply.code(201).send(await change(context, { kind: 'add', name, settings: given }, ip))
  })
  app.put<Named & { Body: Readonly<Record<string, JsonObject>> }>('/api/v4/bridges/:name', {
    schema: { tags, summary: 'Change keys of a bridge; those that are not named stay. A bridge that is up keeps its connection unless another could be made with the new settings: 409.', body: settings, response: { 200: answer } }
  }, async ({ params: { name }, body, ip }) => {
    const given = body[name]
    if (given === undefined) throw new Denial(400, Code.REQUEST_PARAMETER, `the body has no settings for ${name}`, '{ "NAME": { … } }, with the name of the path')
    return change(context, { kind: 'set', name, settings: given }, ip)
  })
}

function subscriptions (app: FastifyInstance, context: RouteContext): void {
  const rules = { type: 'array', minItems: 1, maxItems: 1000, items: { type: 'object', properties: { remote_topic: text, local_topic: text }, required: ['remote_topic'] } }
  const topics = { type: 'array', minItems: 1, maxItems: 1000, items: { type: 'object', properties: { topic: text }, required: ['topic'], additionalProperties: false } }
  app.post<Named & { Body: { readonly data: { readonly subscription: readonly JsonObject[], readonly sub_properties?: JsonObject } } }>('/api/v4/bridges/sub/:name', {
    schema: { tags, summary: 'Subscribe at the remote to more; a rule takes the place of the one with its remote_topic.', body: dataOf({ subscription: rules, sub_properties: { type: 'object' } }, ['subscription']), response: { 200: answer } }
  }, async ({ params: { name }, body: { data }, ip }) => change(context, { kind: 'subscribe', name, rules: data.subscription, properties: data.sub_properties ?? null }, ip))
  app.post<Named & { Body: { readonly data: { readonly unsubscription: readonly { readonly topic: string }[] } } }>('/api/v4/bridges/unsub/:name', {
    schema: { tags, summary: 'Subscribe no more to these: the remote_topic of subscriptions.', body: dataOf({ unsubscription: topics }, ['unsubscription']), response: { 200: answer } }
  }, async ({ params: { name }, body: { data }, ip }) => change(context, { kind: 'unsubscribe', name, topics: data.unsubscription.map(({ topic }) => topic) }, ip))
}

/** JSON schema of `{ data: { … } }`. */
function dataOf (properties: Readonly<Record<string, object>>, required: readonly string[]): object {
  return { type: 'object', properties: { data: { type: 'object', properties, required, additionalProperties: false } }, required: ['data'], additionalProperties: false }
}

/** @throws Denial; nothing was changed */
async function change ({ edge, logger }: RouteContext, edit: BridgeEdit, address: string): Promise<object> {
  logger.info({ address, bridge: edit.name, edit: edit.kind }, 'told to change a bridge by the administration')
  const outcome = await edge.changeBridge(edit).catch((error: unknown) => { throw error instanceof ReloadError ? denialOf(error) : error })
  if (outcome.kind === 'refused') throw new Denial(409, Code.REQUEST_PARAMETER, outcomeText(outcome).trimEnd(), 'Give the bridge another name, or write it into the file and restart; nothing was changed')
  if (outcome.kind === 'invalid') throw new Denial(400, Code.REQUEST_PARAMETER, outcomeText(outcome).trimEnd(), 'docs/reference/config.md has every key; nothing was changed')
  const config = edge.config.bridges.find(({ name }) => name === edit.name)
  return {
    code: Code.OK,
    data: {
      holds: UNTIL,
      changes: outcome.kind === 'applied' ? outcome.changes : [],
      ...(config === undefined ? {} : { bridge: bridgeNode(config, edge.bridges.find(({ name }) => name === edit.name)) })
    }
  }
}

function denialOf ({ code, message, hint }: ReloadError): Denial {
  if (code === reloadCodes.absent) return new Denial(404, Code.ILLEGAL_SUBJECT, message, hint)
  return new Denial(code === reloadCodes.unable ? 503 : 409, Code.REQUEST_PARAMETER, message, hint)
}
