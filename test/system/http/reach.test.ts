// Where a server may send whoever reads: never nearer than it is itself.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { registryLogin } from '../../../oci/registry-login.ts'
import { openHttp } from '../../../system/http/open-http.ts'
import { reachFrom } from '../../../system/http/reach.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { listening } from '../../support/machine/listening.ts'

const NEAR = [
  ...[
    '127.0.0.1',
    '127.8.8.8',
    '[::1]',
    'localhost',
    'x.localhost',
    'localhost.',
    '2130706433',
    '0x7f.1',
    '[::ffff:127.0.0.1]',
  ],
  ...['10.0.0.5', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '[::]'],
  ...['[fd00::1]', '[fe80::1]', '[fec0::1]', '[::ffff:10.0.0.5]', '[::ffff:169.254.169.254]'],
  // By a gateway to IPv4.
  ...['[64:ff9b::10.0.0.5]', '[64:ff9b::7f00:1]', '[64:ff9b::a9fe:a9fe]', '[64:ff9b:1::8.8.8.8]', '[2002:a00:5::1]'],
  ...['[2002:7f00:1::]', '198.18.0.1', '198.19.255.255', '192.0.0.8', '240.0.0.1', '255.255.255.255'],
]
const FAR = [
  ...['example.org', '8.8.8.8', '172.32.0.1', '100.128.0.1', '[2001:db8::1]', '11.0.0.1', 'localhost.example'],
  ...['[64:ff9b::8.8.8.8]', '[2002:808:808::1]', '198.20.0.1', '192.0.1.1', '239.255.255.255'],
]

test('a server elsewhere leads to no address of this machine or of a private network', () => {
  for (const host of NEAR) {
    const { requireOutward } = reachFrom(new URL('https://registry.example'))
    expectCode('FETCH_REFUSED', () => requireOutward(new URL(`https://${host}/token`)))
  }
  for (const host of FAR)
    reachFrom(new URL('https://registry.example')).requireOutward(new URL(`https://${host}/token`))
})

const REACHES: readonly (readonly [
  first: string,
  own: readonly string[],
  to: readonly string[],
  isAllowed: boolean,
])[] = [
  ['registry.example', ['203.0.113.5'], ['127.0.0.1'], false],
  ['registry.example', ['203.0.113.5'], ['10.0.0.5'], false],
  ['registry.example', ['203.0.113.5'], ['203.0.113.9', '10.0.0.5'], false],
  ['registry.example', ['203.0.113.5'], ['203.0.113.9', '2001:db8::1'], true],
  // Whoever is in the private network itself may lead around in it, and not to this machine.
  ['registry.corp', ['10.0.0.4'], ['10.0.0.5'], true],
  ['registry.corp', ['10.0.0.4'], ['fe80::1%eth0'], true],
  ['registry.corp', ['10.0.0.4'], ['127.0.0.1'], false],
  ['registry.corp', ['10.0.0.4'], ['0.0.0.0'], false],
  ['registry.corp', ['10.0.0.4'], ['::'], false],
  ['registry.corp', ['10.0.0.4'], ['::ffff:0.0.0.0'], false],
  ['registry.example', ['203.0.113.5', '127.0.0.1'], ['127.0.0.1'], false],
  ['localhost', ['127.0.0.1'], ['127.0.0.1'], true],
  ['127.0.0.1', ['127.0.0.1'], ['::1'], true],
  ['10.0.0.4', ['10.0.0.4'], ['127.0.0.1'], false],
]

test('what a name means counts, not how it is written', () => {
  for (const [first, own, to, isAllowed] of REACHES) {
    const { requireAddresses } = reachFrom(new URL(`https://${first}`))
    requireAddresses(first, own)
    const lead = () => requireAddresses('tokens.example', to)
    if (isAllowed) lead()
    else
      assert.match(
        expectCode('FETCH_REFUSED', lead).message,
        /on this machine or in a private network/,
        `${first} → ${to}`,
      )
  }
})

test('nothing is sent to a server of this machine that somebody elsewhere names', async (t) => {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.url)
    response.end('{}')
  })
  const port = await listening(t, server)
  using http = await openHttp({ env: {}, reach: reachFrom(new URL('https://registry.example')) })
  for (const host of ['127.0.0.1', 'localhost'])
    await expectCodeAsync('FETCH_REFUSED', () => http.get(new URL(`http://${host}:${port}/shutdown`)))
  assert.deepEqual(asked, [])
})

test('no proxy is asked for a server of a private network that somebody elsewhere names', async (t) => {
  const asked: (string | undefined)[] = []
  const proxy = createServer((request, response) => {
    asked.push(request.url)
    response.writeHead(302, { location: 'http://10.0.0.5/secret' }).end()
  })
  proxy.on('connect', (request, socket) => {
    asked.push(request.url)
    socket.destroy()
  })
  const env = { HTTP_PROXY: `http://127.0.0.1:${await listening(t, proxy)}` }
  const first = new URL('http://registry.example/v2/')
  using http = await openHttp({ env, reach: reachFrom(first) })
  await expectCodeAsync('FETCH_REFUSED', () => http.get(first))
  assert.deepEqual(asked, [first.href])
  const base = new URL('https://registry.example')
  const proxied = { HTTPS_PROXY: env.HTTP_PROXY }
  const login = registryLogin({ host: base.host, path: 'a', base, env: proxied, reach: reachFrom(base) })
  await expectCodeAsync('FETCH_REFUSED', () => login(base, 'Bearer realm="https://10.0.0.5/token"'))
  assert.deepEqual(asked, [first.href])
})
