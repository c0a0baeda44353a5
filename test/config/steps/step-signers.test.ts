// A step to the next version of a document: no signature that is needed now may be lost on the way.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTree } from '../../../config/document/node.ts'
import { openWarnings } from '../../../config/document/warnings.ts'
import { includesOf } from '../../../config/include/read-include.ts'
import type { Outdated } from '../../../config/steps/outdated-includes.ts'
import { requireSigners } from '../../../config/steps/step-signers.ts'
import { parseVersion } from '../../../schemas/version.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const GOOD = '99C540DFE9BEA0ABAF6753B871F2538A05EFCF2C'
const at = (version: string) => `https://charts.example.com/shop/${version}/all.yaml`
const [NOW, NEXT] = [at('v1.0.0'), at('v1.1.0')]
const tag = (version: string) => ({ tag: `v${version}`, version: parseVersion(version) })

/** Includes of one document, each with what is said of it. */
function outdated(said: readonly string[], isNewest = false): readonly Outdated[] {
  const text = `include: [${said.map((more) => `{url: "${NOW}"${more}}`).join(', ')}]\n`
  const root = parseTree(text, { name: '/work/octo.yaml', remote: false })
  return includesOf(root, openWarnings()).map((include) => ({
    ...{ include, root, text, file: '/work/octo.yaml', address: { kind: 'web', name: NOW } },
    ...{ current: tag('1.0.0'), ...(isNewest ? {} : { next: tag('1.1.0') }) },
  }))
}

function trusted(...addresses: readonly string[]) {
  return [{ key: { kind: 'openpgp', fingerprint: GOOD, armored: '' } as const, addresses, names: [] }]
}

const steps: readonly (readonly [what: string, said: readonly string[], keys: ReturnType<typeof trusted>])[] = [
  ['a key for a folder of all versions', [''], trusted('https://charts.example.com/shop/')],
  ['a key for both versions', [''], trusted(NOW, NEXT)],
  ['keys of two, each for one of the versions', [''], [...trusted(NOW), ...trusted(NEXT)]],
  ['a key that the include names itself', [', keys: [good.asc]'], trusted(NOW)],
  ['a demand for a signature in the include itself', [', trust: signed'], trusted(NOW)],
  ['no key for the version that is used now', [''], trusted(at('v0.9.0'))],
]

for (const [what, said, keys] of steps)
  test(`a step is taken with ${what}`, () => {
    requireSigners(outdated(said), keys)
  })

test('a step to where no key is trusted is refused, also behind one that is taken', () => {
  for (const said of [[''], [', trust: unsigned'], [', trust: signed', ''], [', keys: [good.asc]', '']]) {
    const { message, details } = expectCode('KEYRING_EMPTY', () => requireSigners(outdated(said), trusted(NOW)))
    assert.match(message, /has to be signed, and no key is trusted for/)
    assert.deepEqual(details, { document: NOW, next: NEXT })
  }
})

test('where there is nothing newer, nothing is asked', () => {
  requireSigners(outdated([''], true), trusted(NOW))
})
