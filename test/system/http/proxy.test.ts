import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isExcepted } from '../../../system/http/no-proxy.ts'
import { proxyFor } from '../../../system/http/proxy.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const EXCEPTED: readonly (readonly [string, string, boolean])[] = [
  ['example.com', 'http://example.com/', true],
  ['example.com', 'http://a.b.example.com/', true],
  ['example.com', 'http://notexample.com/', false],
  ['example.com', 'http://example.com.evil.net/', false],
  ['.example.com', 'http://a.example.com/', true],
  ['.example.com', 'http://example.com/', true],
  ['*.example.com', 'http://a.example.com/', true],
  ['*.example.com', 'http://example.com/', false],
  ['EXAMPLE.com', 'http://example.COM/', true],
  ['example.com.', 'http://example.com/', true],
  ['example.com', 'http://example.com./', true],
  ['bücher.example', 'http://xn--bcher-kva.example/', true],
  ['xn--bcher-kva.example', 'http://bücher.example/', true],
  ['example.com:8080', 'http://example.com:8080/', true],
  ['example.com:8080', 'http://example.com/', false],
  ['example.com:80', 'http://example.com/', true],
  ['example.com:443', 'https://example.com/', true],
  ['example.com:443', 'http://example.com/', false],
  ['a.net, example.com', 'http://example.com/', true],
  ['a.net example.com', 'http://example.com/', true],
  [',,', 'http://example.com/', false],
  ['', 'http://example.com/', false],
  ['*', 'http://example.com/', true],
  ['a.net,*', 'https://10.0.0.1/', true],
  ['10.0.0.0/8', 'http://10.1.2.3/', true],
  ['10.0.0.0/8', 'http://11.1.2.3/', false],
  ['10.0.0.0/8', 'http://[::ffff:a01:203]/', true],
  ['10.0.0.0/99', 'http://10.1.2.3/', false],
  ['10.0.0.0/', 'http://10.1.2.3/', false],
  ['10.0.0.0/8', 'http://10.example.com/', false],
  ['0.0.0.0/0', 'http://8.8.8.8/', true],
  ['192.168.1.7/32', 'http://192.168.1.7/', true],
  ['192.168.1.7/32', 'http://192.168.1.8/', false],
  ['fd00::/8', 'http://[fd12::1]/', true],
  ['fd00::/8', 'http://[fe80::1]/', false],
  ['[fd00::]/8', 'http://[fd12::1]/', true],
  ['2001:db8::1', 'http://[2001:db8::1]/', true],
  ['2001:db8:0::1', 'http://[2001:db8::1]/', true],
  ['[2001:db8::1]', 'http://[2001:db8::1]/', true],
  ['[2001:db8::1]:8080', 'http://[2001:db8::1]:8080/', true],
  ['[2001:db8::1]:8080', 'http://[2001:db8::1]/', false],
  ['10.0.0.1', 'http://10.0.0.1/', true],
  ['10.0.0.1:81', 'http://10.0.0.1:81/', true],
  ['0.0.1', 'http://10.0.0.1/', false],
  ['.1', 'http://10.0.0.1/', false],
]

for (const [list, url, expected] of EXCEPTED)
  test(`NO_PROXY=${list} ${expected ? 'takes' : 'does not take'} ${url} out`, () => {
    assert.equal(isExcepted(list, new URL(url)), expected)
  })

type Row = readonly [Record<string, string>, string, string | undefined]
const CHOSEN: readonly Row[] = [
  [{}, 'http://a.net/', undefined],
  [{ HTTP_PROXY: 'http://p:3128' }, 'http://a.net/', 'http://p:3128'],
  [{ http_proxy: 'http://p:3128' }, 'http://a.net/', 'http://p:3128'],
  [{ HTTP_PROXY: 'http://large:1', http_proxy: 'http://small:1' }, 'http://a.net/', 'http://small:1'],
  [{ HTTP_PROXY: 'http://p:3128' }, 'https://a.net/', undefined],
  [{ HTTPS_PROXY: 'http://p:3128' }, 'https://a.net/', 'http://p:3128'],
  [{ https_proxy: 'https://p' }, 'https://a.net/', 'https://p'],
  [{ ALL_PROXY: 'http://p:1' }, 'https://a.net/', 'http://p:1'],
  [{ all_proxy: 'http://p:1' }, 'http://a.net/', 'http://p:1'],
  [{ ALL_PROXY: 'http://all:1', HTTP_PROXY: 'http://own:1' }, 'http://a.net/', 'http://own:1'],
  [{ HTTP_PROXY: 'p:3128' }, 'http://a.net/', 'http://p:3128'],
  [{ HTTP_PROXY: 'p' }, 'http://a.net/', 'http://p'],
  [{ HTTP_PROXY: 'user:pw@p:3128' }, 'http://a.net/', 'http://p:3128'],
  [{ HTTP_PROXY: ' http://p:3128/ ' }, 'http://a.net/', 'http://p:3128'],
  [{ HTTP_PROXY: 'http://[::1]:3128' }, 'http://a.net/', 'http://[::1]:3128'],
  [{ HTTP_PROXY: '' }, 'http://a.net/', undefined],
  [{ HTTP_PROXY: 'http://p:1', NO_PROXY: 'a.net' }, 'http://a.net/', undefined],
  [{ HTTP_PROXY: 'http://p:1', no_proxy: 'a.net' }, 'http://a.net/', undefined],
  [{ HTTP_PROXY: 'http://p:1', REQUEST_METHOD: 'GET' }, 'http://a.net/', undefined],
  [{ http_proxy: 'http://p:1', REQUEST_METHOD: 'GET' }, 'http://a.net/', 'http://p:1'],
  ...['localhost', 'localhost.', 'a.localhost', '127.0.0.1', '127.9.9.9', '[::1]', '[::ffff:7f00:1]'].map(
    (host): Row => [{ HTTP_PROXY: 'http://p:1' }, `http://${host}/`, undefined],
  ),
  [{ HTTP_PROXY: 'http://p:1' }, 'http://localhost.example.com/', 'http://p:1'],
]

for (const [env, url, expected] of CHOSEN)
  test(`${url} goes ${expected ? `through ${expected}` : 'directly'} with ${JSON.stringify(env)}`, () => {
    assert.equal(proxyFor(new URL(url), env)?.shown, expected)
  })

const SECRETS: readonly (readonly [string, string])[] = [
  ['http://user:p%25ss@p:1', 'user:p%ss'],
  ['http://user:p%23ss@p:1', 'user:p#ss'],
  ['http://user:p%40ss@p:1', 'user:p@ss'],
  ['http://user:p@ss@p:1', 'user:p@ss'],
  ['http://user@p:1', 'user:'],
  ['http://us%C3%A9r:x@p:1', 'usér:x'],
]

for (const [address, expected] of SECRETS)
  test(`user and password of ${address} are decoded`, () => {
    const proxy = proxyFor(new URL('http://a.net/'), { HTTP_PROXY: address })
    assert.equal(Buffer.from(proxy?.authorization?.slice('Basic '.length) ?? '', 'base64').toString(), expected)
    assert.equal(proxy?.shown, 'http://p:1')
  })

const UNUSABLE = [
  'http://user:s3cret%ss@p:1',
  'http://user:s3cret#s@p:1',
  'http://user:12#s3cret@p:1',
  'http://user:s3cret/x@p:1',
  'http://user:12?s3cret@p:1',
  'http://DOMAIN\\user:s3cret@p:1',
  'http://s3cret:99999',
  'http://',
  'socks5://user:s3cret@p:1080',
  'socks4a://s3cret:1',
  'ftp://s3cret',
]

for (const address of UNUSABLE)
  test(`the proxy address ${address} is refused by the name of its variable, and not shown`, () => {
    for (const variable of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) {
      const error = expectCode('CONFIG_INVALID', () => proxyFor(new URL('http://a.net/'), { [variable]: address }))
      assert.match(error.message, new RegExp(variable))
      assert.ok(!JSON.stringify([error, error.message, error.stack]).includes('s3cret'))
    }
  })

test('a proxy address in quotes is said to be in quotes, and one without its colon to be none', () => {
  const url = new URL('https://example.com/')
  for (const value of ['"http://me:hunter2@proxy:3128"', "'http://proxy:3128'", '"proxy:3128', '“http://proxy:3128”']) {
    const { message, hint } = expectCode('CONFIG_INVALID', () => proxyFor(url, { HTTPS_PROXY: value }))
    assert.match(message, /^the proxy address in HTTPS_PROXY stands in quotes/, value)
    assert.doesNotMatch(`${message}${hint}`, /hunter2/)
  }
  const { message } = expectCode('CONFIG_INVALID', () => proxyFor(url, { HTTPS_PROXY: 'http//proxy:3128' }))
  assert.match(message, /is not usable/)
})
