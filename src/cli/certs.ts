/** `causeway certs`: makes a development PKI, and shows what is in a PEM file. */
import { isIP } from 'node:net'
import { relative, resolve } from 'node:path'
import { createDevelopmentPki } from '../trust/development-pki.ts'
import { type CertificateDescription, describeCertificates } from '../trust/describe.ts'
import { renderCertificates } from '../trust/certificate-table.ts'
import { type ListDescription, describeLists } from '../trust/revocation/describe-lists.ts'
import { type CliIo, ExitCode } from './io.ts'

/** @param names further DNS names and IP addresses of the server certificate */
export async function initCertificates (dir: string, names: readonly string[], io: CliIo): Promise<ExitCode> {
  const path = resolve(io.cwd, dir)
  const pki = await createDevelopmentPki(path, {
    names: ['localhost', ...names.filter(name => isIP(name) === 0)],
    ipAddresses: ['127.0.0.1', '::1', ...names.filter(name => isIP(name) !== 0)],
    progress: step => io.out.write(`making ${step}\n`)
  })
  for (const line of pki.reused) io.out.write(`kept   ${line}\n`)
  const show = (file: string): string => relative(io.cwd, file)
  io.out.write(`
A bridge or a client trusts this PKI by      cacertfile = "${show(pki.caFile)}"
A TLS listener serves with                   certfile = "${show(pki.serverCertFile)}"  keyfile = "${show(pki.serverKeyFile)}"
A client or a bridge identifies itself with  certfile = "${show(pki.clientCertFile)}"  keyfile = "${show(pki.clientKeyFile)}"

For development only. Look at one: causeway certs show ${show(pki.serverCertFile)}
`)
  return ExitCode.OK
}

/** Lists every certificate of the file, or every revocation list; exit code 1 when the file is not one that could be trusted or served with. */
export async function showCertificates (file: string, json: boolean, io: CliIo): Promise<ExitCode> {
  const lists = await describeLists(resolve(io.cwd, file))
  if (lists !== null) {
    io.out.write(json ? JSON.stringify(lists, null, 2) + '\n' : lists.map(renderList).join('\n'))
    return ExitCode.OK
  }
  const list = await describeCertificates(resolve(io.cwd, file))
  if (json) io.out.write(JSON.stringify(list, null, 2) + '\n')
  else io.out.write(renderCertificates(list, { colour: io.terminal, width: io.columns }) + summary(list))
  return ExitCode.OK
}

const scopes = { all: 'every certificate of its issuer', leaves: 'certificates of servers and clients', authorities: 'certificates of CAs' } as const

function renderList ({ place, issuer, thisUpdate, nextUpdate, daysLeft, revoked, about, problems }: ListDescription): string {
  const left = daysLeft === null ? '' : daysLeft < 0 ? ' (over)' : ` (${daysLeft} days left)`
  const rows: readonly (readonly [label: string, value: string])[] = [
    ['issuer', issuer],
    ['about', scopes[about]],
    ['revoked', `${revoked} ${revoked === 1 ? 'certificate' : 'certificates'}`],
    ['valid', nextUpdate === null ? `from ${thisUpdate}` : `${thisUpdate} to ${nextUpdate}${left}`],
    ...problems.map(problem => ['problem', problem] as const)
  ]
  return `${place}  revocation list\n` + rows.map(([label, value]) => `${label.padEnd(13)}${value}\n`).join('')
}

function summary (list: readonly CertificateDescription[]): string {
  const count = (kind: string, of: (each: CertificateDescription) => boolean): string => `${list.filter(of).length} ${kind}`
  const next = list.filter(({ daysLeft }) => daysLeft >= 0).sort((a, b) => a.daysLeft - b.daysLeft)[0]
  const parts = [count('CA', ({ kind }) => kind === 'CA'), count('leaf', ({ kind }) => kind === 'leaf'), count('with problems', ({ problems }) => problems.length > 0)]
  return `\n${list.length} ${list.length === 1 ? 'certificate' : 'certificates'}: ${parts.join(', ')}${next === undefined ? '' : `; the next to expire is ${next.subject}, in ${next.daysLeft} days`}\n`
}
