/** A property as an assertion of its test, with how many cases it held in, or the smallest one it did not. */
import fc from 'fast-check'
import type { Test } from 'tap'
import { reasonOf } from '../../src/errors.ts'

export async function holds<T> (t: Pick<Test, 'ok'>, property: fc.IAsyncProperty<T> | fc.IProperty<T>, parameters: fc.Parameters<T> = {}): Promise<void> {
  const details = await fc.check(property, parameters)
  const reason = details.failed ? `${reasonOf(details.errorInstance)}\n${await fc.asyncDefaultReportMessage(details) ?? ''}` : `held in ${details.numRuns} cases`
  t.ok(!details.failed, reason)
}
