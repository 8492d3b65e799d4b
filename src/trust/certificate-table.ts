/** The readable form of described certificates: one block each, labels aligned, long values wrapped to the width of the terminal. */
import type { CertificateDescription } from './describe.ts'

export interface TableStyle {
  readonly colour: boolean
  /** Columns of the terminal; lines are wrapped to it, at least at 40. */
  readonly width: number
}

const labelWidth = 13

/** Ends with a line end, unless there is nothing to show. */
export function renderCertificates (list: readonly CertificateDescription[], style: TableStyle): string {
  return list.map(each => renderOne(each, style)).join('\n')
}

function renderOne (certificate: CertificateDescription, style: TableStyle): string {
  const paint = (code: string, text: string): string => style.colour ? `\u001b[${code}m${text}\u001b[0m` : text
  const width = Math.max(style.width, 40) - labelWidth
  const row = (label: string, value: string, colour = '0'): string => wrapped(value, width)
    .map((line, i) => paint('90', (i === 0 ? label : '').padEnd(labelWidth)) + (colour === '0' ? line : paint(colour, line)) + '\n').join('')
  const kind = `${certificate.kind}${certificate.selfSigned ? ', self-signed' : ''}`
  const rows = [
    wrapped(`${certificate.place}  ${kind}`, width + labelWidth).map(line => paint('1', line) + '\n').join(''),
    row('subject', certificate.subject),
    row('issuer', certificate.selfSigned ? 'itself' : certificate.issuer),
    certificate.names.length === 0 ? '' : row('names', certificate.names.join(', ')),
    row('key', certificate.key),
    row('serial', certificate.serial),
    row('valid', `${certificate.notBefore} to ${certificate.notAfter} (${daysWords(certificate.daysLeft)})`),
    row('SHA-256', certificate.fingerprint),
    certificate.responder === null ? '' : row('OCSP', certificate.responder),
    certificate.mustStaple ? row('must staple', 'it is good only with a stapled OCSP response') : '',
    ...certificate.problems.map(problem => row('problem', problem, '33'))
  ]
  return rows.join('')
}

function daysWords (days: number): string {
  if (days < 0) return 'over'
  return days === 1 ? '1 day left' : `${days} days left`
}

/** Broken at spaces where there are any, else after a colon, else at the width; nothing is lost. */
function wrapped (text: string, width: number): string[] {
  const lines: string[] = []
  let rest = text
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width)
    const colon = rest.lastIndexOf(':', width - 1) + 1
    const cut = space > 0 ? space : colon > 0 ? colon : width
    lines.push(rest.slice(0, cut).trimEnd())
    rest = rest.slice(cut).trimStart()
  }
  return [...lines, rest]
}
