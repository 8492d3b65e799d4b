/** The links of a bridge move to other connections one after the other, so that most of them carry at any moment; it is told as one move. */
import type { RenewalOutcome } from '../link/renewal.ts'

export class PoolRenewal {
  readonly #tell: (outcome: RenewalOutcome) => void
  /** Of the move under way; null: a link that moves does so by itself, and late. */
  #outcomes: RenewalOutcome[] | null = null
  #last: Promise<void> = Promise.resolve()

  constructor (tell: (outcome: RenewalOutcome) => void) {
    this.#tell = tell
  }

  /** What became of one link. */
  renewed (outcome: RenewalOutcome): void {
    if (this.#outcomes === null) this.#tell(outcome)
    else this.#outcomes.push(outcome)
  }

  /** Moves one link after the other; a move that is asked for meanwhile follows. @param moves never reject */
  async inTurn (moves: readonly (() => Promise<void>)[]): Promise<void> {
    const [only] = moves
    if (moves.length === 1 && only !== undefined) return only()
    const before = this.#last
    this.#last = (async () => {
      await before
      await this.#all(moves)
    })()
    await this.#last
  }

  async #all (moves: readonly (() => Promise<void>)[]): Promise<void> {
    const outcomes: RenewalOutcome[] = this.#outcomes = []
    for (const move of moves) await move()
    this.#outcomes = null
    const outcome = together(outcomes, moves.length)
    if (outcome !== null) this.#tell(outcome)
  }
}

/** null: there was nothing to move. */
function together (outcomes: readonly RenewalOutcome[], links: number): RenewalOutcome | null {
  const worst = outcomes.find(({ moved }) => !moved) ?? outcomes.reduce<RenewalOutcome | null>((most, each) => most !== null && most.durationMs >= each.durationMs ? most : each, null)
  if (worst === null) return null
  const moved = outcomes.filter(outcome => outcome.moved).length
  return {
    ...worst,
    reason: `${moved} of ${links} links have moved, one after the other; ${worst.moved ? 'at the slowest' : 'of the first that has not'}: ${worst.reason}`,
    durationMs: outcomes.reduce((sum, { durationMs }) => sum + durationMs, 0)
  }
}
