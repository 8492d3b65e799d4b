/** `process`: how the program watches over itself. */
import type { ProcessConfig } from '../model.ts'
import { works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { durationOrNever, withUnit } from '../schema/scalars.ts'
import { section } from '../schema/section.ts'

export const ownProcess: Kind<ProcessConfig> = section<ProcessConfig>({
  keys: {
    watchdogMs: works('watchdog', durationOrNever({ min: 1000, max: 3_600_000 }, withUnit), {
      or: 60_000,
      ours: true,
      says: 'An event loop that stands still for so long serves nobody: the process says where it is and ends itself, so that it is started again. Where systemd watches (`WatchdogSec`), it does that instead. Costs a thread of 9 MB; `never`: none.'
    })
  }
})
