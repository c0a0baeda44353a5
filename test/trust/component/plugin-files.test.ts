// Of a component version that is proven, the files that are the plugin: what is no plugin, of another version, elsewhere or too much is none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Descriptor } from '../../../schemas/component/descriptor.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { LIMITS } from '../../../schemas/limits.ts'
import { findPluginFiles } from '../../../trust/component/plugin-files.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import type { DraftComponent } from '../../support/peers/component-registry.ts'
import { aPluginComponent } from '../../support/peers/component-registry.ts'

const BYTES = Buffer.from('program')
const LAYER = { digest: digestOf(BYTES), size: BYTES.length }

function find(component: DraftComponent, layers = [LAYER]) {
  return findPluginFiles({ descriptor: { component } as unknown as Descriptor, layers, isProven: true })
}

test('each platform has the first file of the version that is there for it', () => {
  const component = aPluginComponent({ 'linux/amd64': BYTES, 'linux/arm64': BYTES, 'plan9/mips': BYTES })
  const [amd] = component.resources
  assert.ok(amd)
  component.resources.push(structuredClone(amd))
  assert.deepEqual(find(component), {
    files: [
      { platform: 'linux_amd64', ...LAYER },
      { platform: 'linux_arm64', ...LAYER },
    ],
    unknown: ['plan9/mips'],
  })
})

const REFUSED: readonly (readonly [string, ErrorCode, (component: DraftComponent) => void, (typeof LAYER)[]?])[] = [
  [
    'a resource of another type',
    'NO_MATCHING_PLATFORM',
    ({ resources }) => Object.assign(resources[0] ?? {}, { type: 'blob' }),
  ],
  [
    'a resource of another version',
    'NO_MATCHING_PLATFORM',
    ({ resources }) => Object.assign(resources[0] ?? {}, { version: '0.9.0' }),
  ],
  ['no resources', 'NO_MATCHING_PLATFORM', (component) => void Reflect.deleteProperty(component, 'resources')],
  [
    'a resource that lies elsewhere',
    'FORMAT_INVALID',
    ({ resources }) => Object.assign(resources[0]?.access ?? {}, { type: 'ociArtifact/v1' }),
  ],
  [
    'a resource without access',
    'FORMAT_INVALID',
    ({ resources }) => void Reflect.deleteProperty(resources[0] ?? {}, 'access'),
  ],
  ['a layer that is not there', 'DIGEST_MISMATCH', () => undefined, []],
  [
    'a file that is larger than an artifact may be',
    'LIMIT_EXCEEDED',
    () => undefined,
    [{ ...LAYER, size: LIMITS.artifactBytes + 1 }],
  ],
  [
    'more platforms than a version may have',
    'LIMIT_EXCEEDED',
    (component) => {
      const [first] = component.resources
      component.resources = manyPlatforms().map(
        (extraIdentity) => ({ ...structuredClone(first), extraIdentity }) as never,
      )
    },
  ],
]

/** More than there may be. */
function manyPlatforms(): Record<string, string>[] {
  return ['linux', 'darwin', 'windows', 'freebsd', 'openbsd', 'netbsd', 'android'].flatMap((os) =>
    ['amd64', 'arm64', '386', 'arm', 'riscv64', 'ppc64le', 's390x', 'loong64', 'mips64le', 'mips64'].map(
      (architecture) => ({
        os,
        architecture,
      }),
    ),
  )
}

test('what is no file of the plugin is none, and a plugin without files, or with too much, is refused', () => {
  for (const [what, code, breakIt, layers] of REFUSED) {
    const component = aPluginComponent({ 'linux/amd64': BYTES })
    breakIt(component)
    try {
      expectCode(code, () => find(component, layers))
    } catch (error) {
      assert.fail(`${what}: ${(error as Error).message}`)
    }
  }
})
