/** `causeway completion`: what the shell needs to complete verbs and options. */
import { type Command, Argument } from 'commander'
import { type CliIo, ExitCode } from '../io.ts'
import type { Done } from '../verb.ts'
import type { Shell } from '../completion/script.ts'

export function addCompletion (program: Command, io: CliIo, done: Done): void {
  program.command('completion')
    .description('print a completion script: source <(causeway completion bash)')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: Shell) => {
      const { completionScript } = await import('../completion/script.ts')
      io.out.write(completionScript(program, shell))
      done(ExitCode.OK)
    })
}
