/** docs/reference/metrics.md, made from the definitions. */
import { metrics } from './metrics.ts'

export function metricsPage (): string {
  const rows = metrics.map(({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels.map(label => `\`${label}\``).join(' ')} | ${help} |`)
  return `# Metrics

Made from the source by \`npm run docs:metrics\`; a test fails when it is stale.

\`GET /api/v4/prometheus\` gives them in the text format of Prometheus. They are read from plain counters at that moment: nothing is done for them while messages pass.
After a restart of the process counters begin at 0, as Prometheus expects.

    scrape_configs:
      - job_name: causeway
        metrics_path: /api/v4/prometheus
        basic_auth: { username: ada, password_file: /etc/prometheus/causeway-password }
        static_configs: [{ targets: ["edge-17.example:8081"] }]

What some of them say together:

| question | expression |
|---|---|
| which share of messages had takers here too | \`sum by (instance) (rate(causeway_broker_local_messages_total[5m])) / sum by (instance) (rate(causeway_listener_received_messages_total[5m]))\` |
| why links broke | \`sum by (bridge, code) (increase(causeway_bridge_failures_total[1d]))\` |
| why devices do not get in | \`sum by (listener, reason) (increase(causeway_listener_handshake_failures_total[1h]))\` |
| how long a sync to disk takes | \`histogram_quantile(0.99, sum by (le, bridge) (rate(causeway_spool_commit_seconds_bucket[5m])))\` |

| name | type | labels | what it says |
|---|---|---|---|
${rows.join('\n')}
`
}
