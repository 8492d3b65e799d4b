/**
 * Random mixes of everything (QoS, retained messages and their deletion, subscriptions and sessions coming and going, bytes cut anywhere,
 * rules of two bridges, messages of their remotes, links and devices that break) go through a real edge and through a plain model of what MQTT demands, and every
 * subscriber and remote must have got the same. WHOLE_RUNS plays more; WHOLE_SEED plays one seed again; WHOLE_SHRINK looks for a smaller
 * plan, one step or rule less at a time; WHOLE_PLAN plays the plan that a failure has printed.
 */
import fc from 'fast-check'
import { t as all, test } from 'tap'
import { type Plan, plan } from '../model/plan.ts'
import { play } from '../model/play.ts'
import { holds } from '../support/property.ts'

const { WHOLE_RUNS, WHOLE_SEED, WHOLE_SHRINK, WHOLE_PLAN } = process.env
const runs = Number(WHOLE_RUNS ?? 10)

async function plays (each: Plan): Promise<void> {
  const complaints = await play(each)
  if (complaints.length > 0) throw new Error(complaints.slice(0, 40).join('\n'))
}

const timeout = 30_000 + runs * 5000
all.setTimeout(timeout)

test('the whole agrees with a plain model', { timeout }, async t => {
  if (WHOLE_PLAN !== undefined) return plays(JSON.parse(WHOLE_PLAN) as Plan)
  let last = ''
  const property = fc.asyncProperty(plan, async each => {
    await plays(each).catch((error: unknown) => {
      last = `${error instanceof Error ? error.stack ?? '' : String(error)}\nWHOLE_PLAN='${JSON.stringify(each)}'`
      throw error
    })
  })
  await holds(t, property, { numRuns: runs, endOnFailure: WHOLE_SHRINK === undefined, ...(WHOLE_SEED === undefined ? {} : { seed: Number(WHOLE_SEED) }) })
  if (last !== '') t.comment(last)
})
