// Whom an address stands for, where something is shared out by addresses: whoever has one IPv6 address has its whole /64.
import { isIPv6 } from 'node:net'

/** The address itself, the IPv4 address in it, or the network that it is of. */
export function sharedBy(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:([0-9.]+)$/i.exec(address)?.[1]
  return mapped ?? networkOf(address)
}

function networkOf(address: string): string {
  const [head = '', tail] = address.replace(/%.*$/, '').toLowerCase().split('::', 2)
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
