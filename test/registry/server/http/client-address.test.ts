import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { clientAddressBehind } from '../../../../registry/server/http/client-address.ts'
import { expectCode } from '../../../support/assertions/expect-code.ts'

function aRequest(remoteAddress: string, forwarded?: string): IncomingMessage {
  return {
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage
}

const OWN = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8']

const ROWS: readonly (readonly [string, string, string | undefined, readonly string[], string])[] = [
  ['nobody is trusted', '127.0.0.1', '203.0.113.9', [], '127.0.0.1'],
  ['a stranger names somebody', '198.51.100.1', '203.0.113.9', OWN, '198.51.100.1'],
  ['a named proxy names the client', '127.0.0.1', '203.0.113.9', OWN, '203.0.113.9'],
  ['the client’s own claim stands left of what the proxy saw', '127.0.0.1', '6.6.6.6, 203.0.113.9', OWN, '203.0.113.9'],
  ['two proxies of ours', '127.0.0.1', '203.0.113.9, 10.1.2.3', OWN, '203.0.113.9'],
  ['only proxies of ours', '127.0.0.1', '10.1.2.3', OWN, '10.1.2.3'],
  ['no header', '127.0.0.1', undefined, OWN, '127.0.0.1'],
  ['an empty header', '127.0.0.1', '', OWN, '127.0.0.1'],
  ['what is no address', '127.0.0.1', 'unknown', OWN, '127.0.0.1'],
  ['what is no address, left of one', '127.0.0.1', '203.0.113.9, x, 10.1.2.3', OWN, '10.1.2.3'],
  ['a port behind the address', '127.0.0.1', '203.0.113.9:4711', OWN, '203.0.113.9'],
  ['IPv6 in brackets with a port', '127.0.0.1', '[2001:db8::1]:4711', OWN, '2001:db8::1'],
  ['IPv4 inside IPv6 from a proxy', '::ffff:127.0.0.1', '203.0.113.9', OWN, '203.0.113.9'],
  ['an IPv6 proxy in a range', 'fd12::5', '2001:db8::1', OWN, '2001:db8::1'],
  ['a line that would split the log', '127.0.0.1', '1.2.3.4\n{"forged":true}', OWN, '127.0.0.1'],
  ['more hops than any chain has', '127.0.0.1', Array(500).fill('10.0.0.1').join(','), OWN, '10.0.0.1'],
]

for (const [what, remote, forwarded, proxies, expected] of ROWS)
  test(`the log names ${expected} when ${what}`, () => {
    assert.equal(clientAddressBehind(proxies)(aRequest(remote, forwarded)), expected)
  })

for (const wrong of [
  '',
  'proxy.example.com',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '300.1.1.1',
  '::/129',
  '10.0.0.0/x',
])
  test(`\`${wrong}\` names no proxy`, () => {
    expectCode('USAGE', () => clientAddressBehind([wrong]))
  })
