/** Whose an address is, for who counts what comes from it. */

/**
 * An IPv4 address as it is; of an IPv6 address the first 64 bits, since whoever has one address there has as many as he likes.
 * @param address as `node:net` writes it
 */
export function networkOf (address: string): string {
  if (!address.includes(':')) return address
  // an IPv4 client of a socket that takes both
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1)
  const [head = [], tail = []] = address.replace(/%.*$/, '').split('::').map(part => part === '' ? [] : part.split(':'))
  const groups = address.includes('::') ? [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail] : head
  return groups.slice(0, 4).join(':')
}
