/** Metrics of certificate files. */
import type { RotationStage } from '../../trust/rotation-state.ts'
import type { InUseStanding } from '../../trust/expiry-monitor.ts'
import type { Metric } from './metric.ts'

const stages: readonly RotationStage['name'][] = ['settled', 'reading', 'invalid', 'canary', 'staged', 'aborted', 'stopped']
const labels = ['kind', 'name'] as const

/** Enough to tell certificates apart. */
const FINGERPRINT = 'AA:BB:CC:DD:EE:FF:00:11'.length

/** One sample for each certificate of each owner, also where a file holds one twice. */
function certificateMetric (name: string, help: string, read: (item: InUseStanding) => number): Metric {
  return {
    name: `causeway_certificate_${name}`,
    type: 'gauge',
    help,
    labels: [...labels, 'certificate', 'subject', 'fingerprint'],
    read: ({ edge }) => edge.certificates.map(item => [{ ...item.owner, certificate: item.kind, subject: item.subject, fingerprint: item.fingerprint.slice(0, FINGERPRINT) }, read(item)])
  }
}

export const trustMetrics: readonly Metric[] = [
  {
    name: 'causeway_trust_generation',
    type: 'gauge',
    help: 'Number of the generation of certificate files in use; 0: nothing has ever been fit to serve.',
    labels,
    read: ({ edge }) => edge.trust.map(({ kind, name, status }) => [{ kind, name }, status.generation])
  },
  {
    name: 'causeway_trust_stage',
    type: 'gauge',
    help: '1 for the stage that certificate files are in, 0 for the others. invalid: they can not be used; staged: the trial connection refused them.',
    labels: [...labels, 'stage'],
    read: ({ edge }) => edge.trust.flatMap(({ kind, name, status }) => stages.map(stage => [{ kind, name, stage }, stage === status.stage.name ? 1 : 0] as const))
  },
  {
    name: 'causeway_trust_changes_total',
    type: 'counter',
    help: 'Changes of certificate files, by how they ended: proven (by a trial connection), unproven (there was none), forced, invalid, refused (by a trial connection), aborted.',
    labels: [...labels, 'result'],
    read: ({ totals }) => [...totals.trustOutcomes].map(([key, value]) => {
      const [kind = '', name = '', result = ''] = key.split(' ')
      return [{ kind, name, result }, value]
    })
  },
  certificateMetric('days_left', 'Whole days until a certificate in use ends, of files and of remotes as last seen; negative once it has.', ({ daysLeft }) => daysLeft),
  certificateMetric('not_after_seconds', 'When it ends, in seconds since 1970.', ({ notAfter }) => notAfter / 1000)
]
