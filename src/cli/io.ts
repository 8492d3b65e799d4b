/** Where a verb reads what must not be in its arguments. */
export type InputStream = NodeJS.ReadableStream & { readonly isTTY?: boolean }

/** What a verb may touch of the process: handed in, so that a test can run a verb without one. */
export interface CliIo {
  readonly out: NodeJS.WritableStream
  readonly err: NodeJS.WritableStream
  /** Standard input, opened when it is asked for. @default there is none */
  readonly input?: () => InputStream
  /** Both ends show text to a person: colour and redrawing are welcome. */
  readonly terminal: boolean
  /** Width of the terminal in columns; 100 where there is none. */
  readonly columns: number
  readonly cwd: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Aborted by the first SIGINT or SIGTERM, and by an error that nobody caught: the reason is an {@link Unforeseen} then. */
  readonly stop: AbortSignal
  /** Calls at each SIGHUP. */
  readonly onReload: (call: () => void) => void
  /** Calls when the process is about to end, whatever ends it; what is asynchronous is not waited for. @default never */
  readonly onExit?: (call: () => void) => void
}

/** An error that nobody caught. */
export class Unforeseen {
  readonly thrown: unknown

  constructor (thrown: unknown) {
    this.thrown = thrown
  }
}

/** Exit codes of every verb. */
export const ExitCode = {
  OK: 0,
  /** Something failed while running. */
  FAILURE: 1,
  /** The command line or the configuration is wrong; nothing was started. */
  USAGE: 2
} as const
export type ExitCode = typeof ExitCode[keyof typeof ExitCode]
