/** What the harness may touch of the process; the command line's own has all of it. */
export interface BenchIo {
  readonly out: NodeJS.WritableStream
  readonly err: NodeJS.WritableStream
  /** Redraw one line instead of writing many. */
  readonly terminal: boolean
  readonly columns: number
  readonly cwd: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly stop: AbortSignal
}
