/** What the quickstart shows: on a terminal a small board that is drawn anew in place, elsewhere one plain line a message. */
import type { CliIo } from '../io.ts'

const SHOWN = 8

export type Direction = 'up' | 'down'

export class Board {
  readonly #io: CliIo
  readonly #lines: string[] = []
  readonly #counts = { up: 0, down: 0 }
  #footer = ''
  #drawn = 0

  constructor (io: CliIo) {
    this.#io = io
  }

  get counts (): Readonly<Record<Direction, number>> { return this.#counts }

  /** A line above the board, or simply a line. */
  say (text: string): void {
    this.#erase()
    this.#io.out.write(text + '\n')
    this.#draw()
  }

  /** A message has crossed the bridge. */
  crossed (direction: Direction, topic: string, detail: string): void {
    this.#counts[direction]++
    const arrow = direction === 'up' ? 'device → edge ═TLS═> remote' : 'remote ═TLS═> edge → device'
    const line = `${direction.padEnd(5)}${arrow}  ${topic.padEnd(26)} ${detail}`
    if (!this.#io.terminal) {
      this.#io.out.write(line + '\n')
      return
    }
    this.#lines.push(line)
    if (this.#lines.length > SHOWN) this.#lines.shift()
    this.#redraw()
  }

  /** The last line of the board: states and totals. Only on a terminal. */
  footer (text: string): void {
    this.#footer = text
    this.#redraw()
  }

  #redraw (): void {
    this.#erase()
    this.#draw()
  }

  #erase (): void {
    if (this.#drawn > 0) this.#io.out.write(`\u001b[${this.#drawn}A\u001b[0J`)
    this.#drawn = 0
  }

  #draw (): void {
    if (!this.#io.terminal || (this.#lines.length === 0 && this.#footer === '')) return
    const width = Math.max(20, this.#io.columns - 1)
    const lines = this.#lines.map(line => {
      const colour = line.startsWith('up') ? '32' : '36'
      return `\u001b[${colour}m${line.slice(0, width)}\u001b[0m`
    })
    lines.push(`\u001b[1m${this.#footer.slice(0, width)}\u001b[0m`)
    this.#io.out.write(lines.join('\n') + '\n')
    this.#drawn = lines.length
  }
}
