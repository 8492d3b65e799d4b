/** NanoMQ, from PATH or wherever it is said to be. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hoconText } from './hocon-text.ts'
import { nanomqTree, QUEUE } from './nanomq-tree.ts'
import type { Launch, TargetSetup } from './target.ts'

export async function prepareNanomq (program: string, setup: TargetSetup): Promise<Launch> {
  const conf = join(setup.dir, 'nanomq.conf')
  const tree = nanomqTree(setup)
  await writeFile(conf, hoconText(tree))
  return {
    command: program,
    args: ['start', '--conf', conf],
    readyLine: null,
    // its own reload leaves certificates alone
    rotation: 'restart',
    settings: ['tcp.nodelay', `max_send_queue_len ${QUEUE}`, 'clean_start = false', 'its window towards the remote is not configurable']
  }
}
