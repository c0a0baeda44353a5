// NO_PROXY as curl and Go read it: names with all below them, addresses, ranges (CIDR), each with a port or without.
import { BlockList, isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { bareHost } from './loopback.ts'

type Destination = { readonly host: string; readonly port: string }

/** Whether the list takes the URL out of proxying. Entries that mean nothing are passed over, as others do. */
export function isExcepted(list: string, url: URL): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const destination = { host: bareHost(url.hostname).toLowerCase(), port }
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => entry === '*' || covers(entry, destination))
}

function covers(entry: string, { host, port }: Destination): boolean {
  if (entry.includes('/')) return inRange(entry, host)
  const { pattern, port: wanted } = splitPort(entry)
  if (wanted !== undefined && wanted !== port) return false
  if (isIP(pattern) || isIP(host)) return sameAddress(pattern, host)
  return coversName(pattern, host)
}

/** `host`, `host:port`, `::1`, `[::1]`, `[::1]:port`. */
function splitPort(entry: string): { pattern: string; port?: string } {
  const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(entry)
  if (bracketed) return { pattern: bracketed[1] ?? '', ...(bracketed[2] ? { port: bracketed[2] } : {}) }
  if (isIP(entry)) return { pattern: entry }
  const [, pattern = entry, port] = /^([^:]*):(\d{1,5})$/.exec(entry) ?? []
  return { pattern, ...(port ? { port: String(Number(port)) } : {}) }
}

function coversName(pattern: string, host: string): boolean {
  const belowOnly = pattern.startsWith('*.')
  const name = asAscii(pattern.replace(/^\*?\./, '').replace(/\.$/, ''))
  if (name === '') return false
  return (host === name && !belowOnly) || host.endsWith(`.${name}`)
}

/** Names of other scripts are compared as URLs carry them. */
function asAscii(name: string): string {
  return domainToASCII(name.toLowerCase()) || name.toLowerCase()
}

function sameAddress(pattern: string, host: string): boolean {
  const version = isIP(pattern)
  if (!version || !isIP(host)) return false
  const list = new BlockList()
  list.addAddress(pattern, version === 6 ? 'ipv6' : 'ipv4')
  return list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')
}

function inRange(entry: string, host: string): boolean {
  const [, network = '', bits = ''] = /^\[?([^[\]/]*)\]?\/(\d{1,3})$/.exec(entry) ?? []
  const version = isIP(network)
  if (!version || !isIP(host) || Number(bits) > (version === 6 ? 128 : 32)) return false
  const list = new BlockList()
  list.addSubnet(network, Number(bits), version === 6 ? 'ipv6' : 'ipv4')
  return list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')
}
