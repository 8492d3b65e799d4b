/** What `causeway bench --help` and `--list` say. */
import { scenarios } from './scenarios.ts'

export function helpText (): string {
  return `Usage: causeway bench [options]

Measures MQTT bridges on the same work in one run, all on loopback: throughput, latency, CPU and memory of the target alone, and every
message accounted for. Loss at QoS 1 or 2 fails a run, whatever its speed.

What to run
  --scenario NAME[,NAME]    which work (default: a quick look of three; "all" for all); --list shows them
  --target NAME[,NAME]      causeway, mosquitto, nanomq, naive, raw, external (default: causeway and what is installed);
                            causeway:memory, causeway:spool, causeway:remote; NAME@PROGRAM for another build
  --baseline NAME           what the others are compared with (default: mosquitto where it takes part)
  --rounds N                times each target runs, in turn (default 3; with --table 5)
  --duration T  --warmup T  measured time (default 5s; fan-in and latency 6s, rotate 13s, soak 10m) and time before it (default 2s)
  --drain T                 longest wait for what is still on the way (default 30s)
  --settle T                without any arrival for so long, what is missing is lost (default 1s at QoS 0, 4s at 1 and 2)

  --table                   the speed goals, each met or not; needs mosquitto, takes about 2 minutes a round;
                            --scenario chooses blocks of it: qos0, qos1, qos2, fan-in, backlog, idle

Change the work of a scenario
  --qos N  --payload BYTES  --connections N  --topics N  --batch N (messages a write)  --window N (unacknowledged, QoS 1 and 2)
  --rate N|max (messages/s over all connections)  --count N (backlog)  --protocol 4|5 (what devices speak)
  --local-subscribers N  --stalled-subscribers N

Change the targets
  --durability memory|spool|remote       for causeway
  --override KEY=VALUE                   a key of causeway's configuration file, such as bridges.mqtt.remote.keepalive=10s
  --bin NAME=PROGRAM                     where a target's program is
  --memory-limit MB                      a target that grows beyond is ended (default 4000)
  --pin auto|off|TARGET/GENERATOR/RECEIVER   cores, where there is taskset (default auto)

A bridge you started yourself (--target external)
  --external HOST:PORT      where devices connect           --receiver-port PORT   what its bridge connects to, TLS on 127.0.0.1
  --certs DIR               the CA to trust is left in DIR/ca.pem
  --external-pid PID        account its CPU and memory      --patience T           how long to wait for its bridge (default 60s)

Results
  --json FILE  --html FILE (one page with charts)  --markdown FILE
  --against FILE            what --json wrote in an earlier run: says which ratios agree with it within 25 %

Examples
  causeway bench
  causeway bench --scenario saturate-qos1 --target causeway,causeway:spool,mosquitto,naive --rounds 5 --html report.html
  causeway bench --scenario latency,fan-in --target causeway,mosquitto --json run.json
  causeway bench --scenario latency,fan-in --target causeway,mosquitto --against run.json
  causeway bench --scenario payload-sweep --qos 0 --duration 3s

Exit code: 0 all runs passed, 1 one failed or was stopped, 2 wrong usage.
`
}

export function scenarioList (): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length))
  return scenarios.map(({ name, summary, cases }) => {
    const labels = cases.length > 1 ? ` (${cases.map(({ label }) => label).join('; ')})` : ''
    return `${name.padEnd(width)}  ${summary}${labels}\n`
  }).join('')
}
