import { test } from 'tap'
import { type Machine, machineWarnings, thisMachine } from '../../../src/cli/machine-limits.ts'
import { configOf } from '../../support/config-text.ts'

const gibibyte = 1024 ** 3
const ample: Machine = { openFiles: 1_000_000, memory: 64 * gibibyte, available: 32 * gibibyte, heap: 2 * gibibyte }

test('what the configuration may need and the machine does not give is said', t => {
  const config = configOf('limits.max_connections = 5000\nbridges.mqtt.n { server = "mqtt-tcp://h:1", max_send_queue_bytes = 2GB }\nbridges.mqtt.s { enable = false, server = "mqtt-tcp://h:1", max_send_queue_bytes = 50GB }')
  const messages = (machine: Partial<Machine>): string[] => machineWarnings(config, { ...ample, ...machine }).map(({ message, hint }) => `${message}. ${hint}`)
  t.same(messages({}), [])
  t.same(messages({ openFiles: null }), [])
  t.match(messages({ openFiles: 1024 }), [/may have 1024 files open.*needs 5216.*beyond 824.*LimitNOFILE=5216/])
  t.match(messages({ memory: 2 * gibibyte }), [/may grow to 2\d\d\d MiB, and there are 2048 MiB.*max_send_queue_bytes/])
  t.match(messages({ memory: 4 * gibibyte, heap: 5 * gibibyte }), [/heap may grow to 5120 MiB.*--max-old-space-size=2457/])
  t.match(messages({ available: 50 * 1024 ** 2 }), [/only 50 MiB/])
  t.end()
})

test('this machine is measured', t => {
  const { openFiles, memory, available, heap } = thisMachine()
  t.ok(openFiles === null || openFiles >= 256)
  t.ok(memory > 64 * 1024 ** 2 && available > 0 && available <= memory * 2 && heap > 64 * 1024 ** 2, `${memory} ${available} ${heap}`)
  t.end()
})
