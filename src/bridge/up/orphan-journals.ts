/** Journals of bridges that are not there any more: renamed, removed, or without a spool. They are named and left alone. */
import { relative, sep } from 'node:path'
import { reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import { realDisk } from '../../spool/disk.ts'
import { inspectJournal, journalsUnder, unlessUnreadable } from '../../spool/inspection.ts'

/**
 * @param dir that of all spools
 * @param names of directories that bridges have
 */
export async function warnOfOrphans (dir: string, names: ReadonlySet<string>, logger: Logger): Promise<void> {
  try {
    await realDisk.makeDirectory(dir)
    for (const journal of await journalsUnder(dir, realDisk)) {
      const [name = ''] = relative(dir, journal).split(sep)
      if (names.has(name) || journal === dir) continue
      const bridge = name.replace(/\+(high|low)$/, '')
      const found = await unlessUnreadable(journal, async dir => inspectJournal(dir, realDisk))
      if ('error' in found) {
        logger.warn({ dir: journal, code: found.error.code, reason: found.error.message, hint: found.error.hint }, 'a journal of a bridge that is not configured can not be read')
      } else {
        logger.warn({ dir: journal, messages: found.waiting, hint: `causeway spool export ${journal} shows them; give a bridge the name ${bridge} again to send them, or remove the directory` },
          'messages wait on disk for a bridge that is not configured')
      }
    }
  } catch (error) {
    logger.warn({ dir, reason: reasonOf(error) }, 'the spool directory could not be searched for journals without a bridge')
  }
}
