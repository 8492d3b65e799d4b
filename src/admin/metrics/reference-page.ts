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

| name | type | labels | what it says |
|---|---|---|---|
${rows.join('\n')}
`
}
