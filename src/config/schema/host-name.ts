/** Host names and addresses as they stand in URLs: IPv6 in brackets, international names in their ASCII form (IDNA). */
import { isIP, isIPv4 } from 'node:net'
import { domainToASCII } from 'node:url'

export type HostName = { readonly host: string } | { readonly fault: string }

const control = /\p{Cc}/u
/** RFC 1035, 2.3.4. */
const longestName = 253
const longestLabel = 63

/** @param written as in a URL; @returns the name to dial and to check in a certificate, an IPv6 address without brackets */
export function readHostName (written: string): HostName {
  const bracketed = /^\[(.*)\]$/.exec(written)?.[1]
  if (bracketed !== undefined) {
    return isIP(bracketed) === 6 ? { host: bracketed } : { fault: 'the host in [ ] is not an IPv6 address' }
  }
  if (isIP(written) === 6) return { fault: 'an IPv6 address must stand in brackets, such as [2001:db8::1]' }
  if (isIPv4(written)) return { host: written }
  const host = domainToASCII(written)
  const fault = faultOf(written, host)
  return fault === null ? { host } : { fault }
}

function faultOf (written: string, host: string): string | null {
  if (written === '') return 'the host is missing'
  // a percent sign would be decoded into what nobody sees in the file, `127.1` and `0x7f.1` into an address
  if (host === '' || /[\s%]/.test(written) || control.test(written)) return 'the host is not a valid name'
  if (isIPv4(host)) return 'an IPv4 address must be written in full: four numbers with dots'
  if (host.endsWith('.')) return 'the host ends in a dot, which no certificate does'
  const labels = host.split('.')
  return host.length > longestName || labels.some(label => label === '' || label.length > longestLabel) ? 'the host is not a valid name' : null
}

/** @returns undefined unless it is a port: 1 to 65535, or from 0 where any free one will do */
export function readPort (digits: string, least: 0 | 1): number | undefined {
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : -1
  return port >= least && port <= 65_535 ? port : undefined
}
