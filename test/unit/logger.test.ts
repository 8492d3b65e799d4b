import { test } from 'tap'
import { type AdjustableLogger, createLogger, type LoggerOptions } from '../../src/logger.ts'

interface Rig {
  readonly logger: AdjustableLogger
  readonly lines: string[]
  readonly said: () => string[]
}

function rig (options: Partial<LoggerOptions> = {}): Rig {
  const lines: string[] = []
  const logger = createLogger({ level: 'info', readable: false, out: { write: line => lines.push(line) }, ...options })
  return { logger, lines, said: () => lines.map(line => (JSON.parse(line) as { msg: string }).msg) }
}

test('another level holds for the children that are there', t => {
  const { logger, said } = rig()
  const child = logger.child({ bridge: 'north' })
  child.debug({}, 'a')
  child.info({}, 'b')
  logger.setLevel('debug')
  child.debug({}, 'c')
  child.child({}).trace({}, 'd')
  logger.setLevel('silent')
  child.fatal({}, 'e')
  t.same(said(), ['b', 'c'])
  t.end()
})

test('a part, and one bridge of it, have levels of their own', t => {
  const { logger, said } = rig({ level: 'warn', components: { bridge: 'info' } })
  const bridges = logger.child({ component: 'bridge' })
  const [north, south] = [bridges.child({ bridge: 'north' }), bridges.child({ bridge: 'south' })]
  const trustOfNorth = logger.child({ component: 'trust' }).child({ bridge: 'north' })
  logger.info({}, 'no')
  north.info({}, 'a')
  logger.setLevels({ level: 'warn', components: { bridge: 'warn', 'bridge:north': 'debug' } })
  north.debug({}, 'b')
  trustOfNorth.debug({}, 'c')
  south.info({}, 'no')
  bridges.warn({}, 'd')
  t.same(said(), ['a', 'b', 'c', 'd'])
  t.end()
})

test('the same warning is said a few times and then counted; another one is not', t => {
  const { logger, lines, said } = rig()
  const north = logger.child({ bridge: 'north' })
  for (let i = 1; i <= 120; i++) {
    north.warn({ attempt: i }, 'it failed')
    north.info({}, 'a change of state')
  }
  logger.child({ bridge: 'south' }).warn({}, 'it failed')
  t.equal(said().filter(each => each === 'it failed').length, 6, 'five of north, one of south')
  t.equal(said().filter(each => each === 'a change of state').length, 120, 'what is no warning is not counted')
  logger.sumUp()
  t.match(JSON.parse(lines.at(-1) ?? ''), { level: 'warn', bridge: 'north', attempt: 120, msg: 'same line 120 times in 1 min: it failed' })
  t.end()
})

test('secrets and payloads are hidden, controls from the wire are escaped, and each line is one line', t => {
  const { logger, lines } = rig()
  logger.info({ password: 'hunter2', config: { keyPassword: 'hunter2', secret: 'hunter2' }, payload: 'hunter2', message: { payload: Buffer.from('hunter2') } }, 'x')
  logger.info({ clientId: 'a\u001b[2J\n{"level":"fatal"}\u009b1m\u202egnp' }, 'y\u007f')
  t.notMatch(lines.join(''), /hunter2|104,117,110/)
  const [, wire = ''] = lines
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  t.notMatch(wire.trimEnd(), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
  t.equal((JSON.parse(wire) as { clientId: string }).clientId, 'a\u001b[2J\n{"level":"fatal"}\u009b1m\u202egnp', 'and it is the same when it is read')
  t.equal(wire.split('\n').length, 2)
  t.end()
})
