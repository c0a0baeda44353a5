import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReleasedManifest } from '../../schemas/manifest.ts'
import { releasedManifestShape } from '../../schemas/manifest.ts'
import { releaseChanges } from '../../schemas/release-changes.ts'

type Wish = Omit<Partial<ReleasedManifest>, 'needs'> & {
  readonly needs?: object
  readonly platforms?: readonly string[]
  readonly signer?: string
}

function aRelease({ platforms = ['linux_amd64'], signer = 'sha256:aa', ...manifest }: Wish) {
  const given = { kind: 'tool', description: 'd', protocol: 'exec', ...manifest }
  return { platforms, signer, manifest: releasedManifestShape.parse(given) }
}

const properties = { port: { type: 'integer', default: 80 }, host: { type: 'string' } }

const rows: readonly (readonly [says: string, before: Wish, after: Wish, texts: readonly string[]])[] = [
  ['nothing', { arguments: { properties } }, { arguments: { properties } }, []],
  ['README and changelog alone', {}, { readme: 'x', changelog: 'y' }, []],
  ['a key', {}, { signer: 'sha256:bb' }, ['signer: `sha256:bb` in place of `sha256:aa`']],
  [
    'arguments that come and go',
    { arguments: { properties: { port: {}, old: {} } } },
    { arguments: { properties: { port: {}, fresh: {}, must: {} }, required: ['must'] } },
    ['arguments: `fresh` is new', 'arguments: `must` is new and required', 'arguments: `old` is gone'],
  ],
  [
    'an argument in all that is listed of it',
    { arguments: { properties, required: ['host'] } },
    { arguments: { properties: { port: { type: 'string' }, host: { type: 'string', writeOnly: true } } } },
    [
      'arguments: `port` is `string`, and was `integer`',
      'arguments: the default of `port` is none, and was `80`',
      'arguments: `host` is not required now',
      'arguments: `host` is `string, secret`, and was `string`',
    ],
  ],
  [
    'whether others are taken',
    { arguments: { properties } },
    { arguments: { properties, additionalProperties: false } },
    ['arguments: no others than the named ones are taken any more'],
  ],
  [
    'something deep in the schema',
    { arguments: { properties: { a: { type: 'object', required: ['x'] } } } },
    { arguments: { properties: { a: { type: 'object', required: ['y'] } } } },
    ['arguments: their schema is another one'],
  ],
  [
    'how it is run',
    { output: 'exit-code' },
    { output: 'check/v1', timeoutMs: 5000 },
    [
      'how it is run: `output` is `check/v1`, and was `exit-code`',
      'how it is run: `timeoutMs` is `5000`, and was not said',
    ],
  ],
  [
    'needs',
    { needs: { network: ['a:1'], files: ['/x'] } },
    { needs: { network: ['a:1', 'b:2'], secrets: ['s'] } },
    ['needs: network: `b:2` is new', 'needs: files: `/x` is gone', 'needs: secrets: `s` is new'],
  ],
  [
    'platforms',
    { platforms: ['linux_amd64', 'any'] },
    { platforms: ['linux_amd64', 'darwin_arm64'] },
    ['platforms: `darwin_arm64` is new', 'platforms: `any` is gone'],
  ],
  ['the licence', { license: 'MIT' }, {}, ['description: licence is not said, and was `MIT`']],
  [
    'names that hold backticks',
    {},
    { description: '`x` is gone' },
    ["description: description is `'x' is gone`, and was `d`"],
  ],
]
for (const [says, before, after, texts] of rows)
  test(`of two releases that differ in ${says}, that is said`, () => {
    const changes = releaseChanges(aRelease(before), aRelease(after))
    assert.deepEqual(
      changes.map(({ about, text }) => `${about}: ${text}`),
      texts,
    )
  })

test('a signer comes before all else, as nothing of it says who it is', () => {
  const [first] = releaseChanges(aRelease({}), aRelease({ signer: 'sha256:bb', license: 'MIT', platforms: [] }))
  assert.equal(first?.about, 'signer')
})
