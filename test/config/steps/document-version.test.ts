// Versions in addresses, and the way from one to the newest.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stepsFrom, versionInAddress, withVersion } from '../../../config/steps/document-version.ts'
import { parseVersion } from '../../../schemas/version.ts'

const addresses: readonly (readonly [address: string, tag: string | undefined])[] = [
  ['https://github.com/o/r/releases/download/v1.2.3/all.yaml', 'v1.2.3'],
  ['https://raw.githubusercontent.com/o/r/refs/tags/1.2.3/all.yaml', '1.2.3'],
  ['https://raw.githubusercontent.com/o/r/v1.2.3-rc.1/charts/all.yaml', 'v1.2.3-rc.1'],
  ['https://x.example/repos/core/shop/2.0.0/shop_2.0.0_any.yaml', '2.0.0'],
  ['https://x.example/v1.0.0/old/v2.0.0/all.yaml', 'v2.0.0'],
  ['https://x.example/main/all.yaml', undefined],
  ['https://x.example/v1.2/all.yaml', undefined],
  ['https://x.example/all.yaml?v=1.2.3', undefined],
]

for (const [address, tag] of addresses)
  test(`the version of ${address} is ${tag ?? 'not there'}`, () => assert.equal(versionInAddress(address)?.tag, tag))

const at = (tag: string) => ({ tag, version: parseVersion(tag.replace(/^v/, '')) })
const written: readonly (readonly [from: string, text: string, to: string, next: string])[] = [
  ['v1.2.3', 'https://x.example/v1.2.3/all.yaml', 'v2.0.0', 'https://x.example/v2.0.0/all.yaml'],
  ['1.2.3', 'https://x.example/1.2.3/shop_1.2.3_any.yaml', '1.3.0', 'https://x.example/1.3.0/shop_1.3.0_any.yaml'],
  ['v1.2.3', 'https://x.example/v1.2.3/shop-1.2.3.yaml.asc', 'v1.2.4', 'https://x.example/v1.2.4/shop-1.2.4.yaml.asc'],
  [
    'v1.2.3',
    'https://x.example/v1.2.3/a-11.2.3/b-1.2.30.yaml',
    'v1.3.0',
    'https://x.example/v1.3.0/a-11.2.3/b-1.2.30.yaml',
  ],
  ['v1.2.3', 'https://x.example/v1.2.3/1.2.3.4/all.yaml', 'v1.3.0', 'https://x.example/v1.3.0/1.2.3.4/all.yaml'],
  [
    'v1.2.3',
    'https://x.example/v1.2.3/a-1.2.3-rc.1/b-v1.2.3-any',
    'v1.3.0',
    'https://x.example/v1.3.0/a-1.2.3-rc.1/b-v1.3.0-any',
  ],
  ['1.2.3', 'https://x.example/1.2.3/all.yaml', 'v2.0.0', 'https://x.example/v2.0.0/all.yaml'],
  // Digits elsewhere say nothing of the version of the document.
  ['10.0.0', 'https://10.0.0.1/10.0.0/all.yaml', '11.0.0', 'https://10.0.0.1/11.0.0/all.yaml'],
  ['1.2.3', 'https://v-1.2.3.x.example/1.2.3/a.yaml', '2.0.0', 'https://v-1.2.3.x.example/2.0.0/a.yaml'],
  ['1.2.3', 'https://1.2.3-x.example:1/1.2.3/a.yaml', '2.0.0', 'https://1.2.3-x.example:1/2.0.0/a.yaml'],
  ['1.2.3', 'https://x.example/a-1.2.3/1.2.3/b.yaml', '2.0.0', 'https://x.example/a-1.2.3/2.0.0/b.yaml'],
  ['v1.2.3', 'https://x.example/v1.2.3/old/v1.2.3/b.yaml', 'v2.0.0', 'https://x.example/v1.2.3/old/v2.0.0/b.yaml'],
  [
    '1.2.3',
    'https://x.example/1.2.3/a.yaml?for=1.2.3#1.2.3',
    '2.0.0',
    'https://x.example/2.0.0/a.yaml?for=1.2.3#1.2.3',
  ],
  ['1.2.3', './1.2.3/a-1.2.3.asc', '2.0.0', './2.0.0/a-2.0.0.asc'],
  ['1.2.3', 'https://x.example/keys/a-1.2.3.asc', '2.0.0', 'https://x.example/keys/a-2.0.0.asc'],
]

for (const [from, text, to, next] of written)
  test(`${text} becomes ${next}`, () => assert.equal(withVersion(text, at(from), at(to)), next))

const steps: readonly (readonly [current: string, available: string, next: string | undefined, newest?: string])[] = [
  ['1.0.0', '1.0.0', undefined],
  ['1.0.0', '0.9.0 1.0.0', undefined],
  ['1.0.0', '1.0.1 1.3.0 1.10.0 2.0.0 2.1.0 3.0.0', '1.10.0', '3.0.0'],
  ['1.10.0', '1.10.0 2.0.0 2.1.0 3.0.0', '2.1.0', '3.0.0'],
  ['2.1.0', '2.1.0 4.0.0 5.0.0', '4.0.0', '5.0.0'],
  ['1.0.0', '1.1.0-rc.1 2.0.0-rc.1', undefined],
  ['1.0.0-rc.1', '1.0.0-rc.2 1.0.0-rc.1', '1.0.0-rc.2', '1.0.0-rc.2'],
  ['1.0.0', '2 v2.0.0 latest 1.x', undefined],
]

for (const [current, available, next, newest] of steps)
  test(`from ${current} of ${available} the next step is ${next ?? 'none'}`, () => {
    const found = stepsFrom(parseVersion(current), available.split(' '))
    assert.deepEqual([found?.next, found?.newest], [next, newest])
  })
