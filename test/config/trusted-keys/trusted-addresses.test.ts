// For which addresses a trusted key counts: another spelling of one must not lead around the signature that it needs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keysTrustedFor } from '../../../config/trusted-keys/trusted-addresses.ts'

const KEY = { kind: 'openpgp', fingerprint: '99C540DFE9BEA0ABAF6753B871F2538A05EFCF2C', armored: '' } as const

function isSigned(trusted: string, url: string): boolean {
  return keysTrustedFor([{ key: KEY, addresses: [trusted], names: [] }], url).length === 1
}

const FOLDER = 'https://charts.example.com/shop/'
const DOCUMENT = 'https://charts.example.com/shop/web.yaml'

const spellings = [
  DOCUMENT,
  'http://charts.example.com/shop/web.yaml',
  'https://charts.example.com:443/shop/web.yaml',
  'https://charts.example.com:80/shop/web.yaml',
  'https://CHARTS.example.com/shop/web.yaml',
  'https://charts.example.com./shop/web.yaml',
  'https://me:word@charts.example.com/shop/web.yaml',
  'https://charts.example.com/shop/web.yaml?a=1#b',
  'https://charts.example.com//shop///web.yaml',
  'https://charts.example.com/./x/../shop/web.yaml',
  'https://charts.example.com/%73hop/w%65b.yaml',
  'https://charts.example.com/shop%2Fweb.yaml',
  'https://charts.example.com/x%2F../shop/web.yaml',
  'https://charts.example.com/x%2F%2E%2e%2fshop/web.yaml',
  'https://charts.example.com/shop%5Cweb.yaml',
  'https://charts.example.com/x%5c..%5cshop/web.yaml',
  'https://charts.example.com/shop;v=1/web.yaml;jsessionid=1',
  'https://charts.example.com/x/..;/shop/web.yaml',
  'https://charts.example.com/shop/x//..%2F../web.yaml',
  'https://charts.example.com/x//..%2Fshop/web.yaml',
]

for (const spelling of spellings)
  test(`a key for a document and one for its folder count for ${spelling}`, () => {
    assert.deepEqual([isSigned(DOCUMENT, spelling), isSigned(FOLDER, spelling)], [true, true])
  })

test('what leaves a trusted folder on some servers only still needs the signature, and so do bytes that are no text', () => {
  for (const path of [
    '/shop/x%2F..%2F..%2Fother.yaml',
    '/shop%2F../other.yaml',
    '//shop/x%2F..%2F..%2Fother.yaml',
    '/%73hop/%ff.yaml',
  ])
    assert.equal(isSigned(FOLDER, `https://charts.example.com${path}`), true, path)
})

const others: readonly (readonly [trusted: string, url: string])[] = [
  [DOCUMENT, 'https://charts.example.com/shop/web.yaml.asc'],
  [DOCUMENT, 'https://charts.example.com/shop/web.yaml/'],
  [DOCUMENT, 'https://charts.example.com/shop/WEB.yaml'],
  [FOLDER, 'https://charts.example.com/shop'],
  [FOLDER, 'https://charts.example.com/shops/web.yaml'],
  [FOLDER, 'https://charts.example.com/a/shop/web.yaml'],
  [FOLDER, 'https://charts.example.com/%2573hop/web.yaml'],
  ['https://charts.example.com/shop', DOCUMENT],
  [FOLDER, 'https://charts.example.com:8443/shop/web.yaml'],
  ['https://charts.example.com:8443/shop/', DOCUMENT],
  [FOLDER, 'https://example.com/shop/web.yaml'],
  [FOLDER, 'https://a.charts.example.com/shop/web.yaml'],
  [FOLDER, 'https://charts.example.com.example.org/shop/web.yaml'],
  ['charts.example.com/shop/', DOCUMENT],
  ['', DOCUMENT],
  [FOLDER, 'shop/web.yaml'],
  [FOLDER, ''],
]

for (const [trusted, url] of others)
  test(`a key for \`${trusted}\` says nothing about \`${url}\``, () => {
    assert.equal(isSigned(trusted, url), false)
  })

test('a trusted address counts for itself, however it is written', () => {
  for (const folder of ['https://charts.example.com/a%5Cb/', 'https://charts.example.com//shop/'])
    assert.equal(isSigned(folder, `${folder}web.yaml`), true, folder)
})

test('a trusted address in another spelling counts for the document that servers find there', () => {
  for (const folder of ['/x%2F..%2Fshop/', '/x%5c..%5cshop/', '/shop;v=1/', '/x//..%2Fshop/', '/%2Fshop/'])
    assert.equal(isSigned(`https://charts.example.com${folder}`, DOCUMENT), true, folder)
  assert.equal(isSigned('https://charts.example.com/x%2F..%2Fother/', DOCUMENT), false)
})
