/** Where the log of a configuration goes: standard output, a file, or both. */
import { createWriteStream, openSync } from 'node:fs'
import { Writable } from 'node:stream'
import type { LogConfig } from '../config/model.ts'
import { reasonOf } from '../errors.ts'
import { type AdjustableLogger, createLogger } from '../logger.ts'
import { CliError, cliCodes } from './errors.ts'
import type { CliIo } from './io.ts'

/** @throws CliError CW_LOG_FILE when the file can not be opened for appending */
export function logTo (config: LogConfig, io: CliIo): AdjustableLogger {
  const file = config.to.includes('file') && config.file !== null ? openLog(config.file, io) : null
  const toConsole = config.to.includes('console') || file === null
  // what stands in a file is for machines; readable lines only where a person looks and nothing else is written
  const readable = io.terminal && file === null
  const out = file === null ? io.out : toConsole ? both(io.out, file) : file
  return createLogger({ level: config.level, readable, out })
}

function openLog (file: string, io: CliIo): Writable {
  try {
    const stream = createWriteStream(file, { fd: openSync(file, 'a', 0o640) })
    let told = false
    stream.on('error', error => {
      if (!told) io.err.write(`causeway: the log file ${file} can not be written: ${error.message}\n`)
      told = true
    })
    return stream
  } catch (error) {
    throw new CliError(cliCodes.logFile, `the log file ${file} can not be opened: ${reasonOf(error)}`,
      { hint: 'make its directory, and writable for this user, or set log.to = [console]', cause: error })
  }
}

function both (first: NodeJS.WritableStream, second: Writable): Writable {
  return new Writable({
    write (chunk: Buffer, _encoding, done) {
      first.write(chunk)
      second.write(chunk)
      done()
    }
  })
}
