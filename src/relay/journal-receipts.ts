/**
 * Receipts of messages that wait until the journal is safe or the remote has them, whichever comes first. In the order of their numbers;
 * a ring that grows with what publishers may be owed, and nothing allocated per message. HOT.
 */
import type { ReceiptHolder, Receipts } from './receipts.ts'

export class JournalReceipts implements ReceiptHolder {
  #mask = 63
  #numbers = new Float64Array(64)
  #receipts: (Receipts | null)[] = new Array<Receipts | null>(64).fill(null)
  #slots = new Float64Array(64)
  #head = 0
  #tail = 0

  /** Holds the receipt for the message `number`, the highest so far. @returns a ticket for {@link release} */
  hold (number: number, receipts: Receipts, slot: number): number {
    if (this.#tail - this.#head > this.#mask) this.#grow()
    const ticket = this.#tail++
    const i = ticket & this.#mask
    this.#numbers[i] = number
    this.#receipts[i] = receipts
    this.#slots[i] = slot
    receipts.hold(slot)
    return ticket
  }

  /** The remote has it before the journal did. */
  release (ticket: number): void {
    if (ticket >= this.#head) this.#release(ticket & this.#mask)
  }

  /** Every message up to `number` is safe. */
  durable (number: number): void {
    while (this.#head !== this.#tail) {
      const i = this.#head & this.#mask
      if ((this.#numbers[i] as number) > number) return
      this.#head++
      this.#release(i)
    }
  }

  #release (i: number): void {
    const receipts = this.#receipts[i] as Receipts | null
    if (receipts === null) return
    this.#receipts[i] = null
    receipts.release(this.#slots[i] as number)
  }

  #grow (): void {
    const size = (this.#mask + 1) * 2
    const numbers = new Float64Array(size)
    const receipts = new Array<Receipts | null>(size).fill(null)
    const slots = new Float64Array(size)
    for (let ticket = this.#head; ticket < this.#tail; ticket++) {
      const from = ticket & this.#mask
      const to = ticket & (size - 1)
      numbers[to] = this.#numbers[from] as number
      receipts[to] = this.#receipts[from] as Receipts | null
      slots[to] = this.#slots[from] as number
    }
    this.#numbers = numbers
    this.#receipts = receipts
    this.#slots = slots
    this.#mask = size - 1
  }
}
