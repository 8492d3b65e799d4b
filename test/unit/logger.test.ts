import { Writable } from 'node:stream'
import { test } from 'tap'
import { createLogger } from '../../src/logger.ts'

test('another level holds for the children that are there', t => {
  const said: string[] = []
  const out = new Writable({
    write (chunk: Buffer, _encoding, done) {
      said.push((JSON.parse(chunk.toString()) as { msg: string }).msg)
      done()
    }
  })
  const logger = createLogger({ level: 'info', readable: false, out })
  const child = logger.child({ bridge: 'north' })
  child.debug({}, 'a')
  child.info({}, 'b')
  logger.setLevel('debug')
  child.debug({}, 'c')
  child.child({}).trace({}, 'd')
  logger.setLevel('silent')
  child.fatal({}, 'e')
  t.same(said, ['b', 'c'])
  t.end()
})
