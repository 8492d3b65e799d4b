/** `causeway password`: what the configuration keeps of a password. */
import type { Command } from 'commander'
import type { CliIo } from '../io.ts'
import { iterations } from '../option-values.ts'
import type { Done } from '../verb.ts'

export function addPassword (program: Command, io: CliIo, done: Done): void {
  const password = program.command('password').description('make what auth.password keeps of a password')
  password.command('hash')
    .description('read a password from the terminal or standard input and print its hash; a password is never an argument: others could read it there')
    .option('--scram', 'SCRAM-SHA-256, for devices of MQTT 5 with enhanced authentication and for all others too (default: scrypt, which is harder to guess from)')
    .option('--iterations <n>', 'of SCRAM-SHA-256, 4096 to 1000000', iterations)
    .addHelpText('after', '\nExamples:\n  causeway password hash\n  causeway password hash --scram < /run/secrets/pump-7')
    .action(async (options: { scram?: boolean, iterations?: number }) => {
      const { printPasswordHash } = await import('../password-hash.ts')
      done(await printPasswordHash({ scram: options.scram === true, iterations: options.iterations ?? null }, io))
    })
}
