// Component versions that the real `ocm` wrote and signed: octo finds the same digest, and nothing that is signed can be changed.
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Descriptor, OcmSignature } from '../../../schemas/component/descriptor.ts'
import { parseDescriptor } from '../../../schemas/component/descriptor.ts'
import { normalised } from '../../../schemas/component/normalised.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { COMPONENT_KINDS, parsePublicKey } from '../../../schemas/trust-key.ts'
import { proveComponent } from '../../../trust/component/prove-component.ts'

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/ocm/${name}`, import.meta.url), 'utf8')
const KEY = parsePublicKey(fixture('signer.pem'), 'signer.pem', COMPONENT_KINDS)
const [PLUGIN, LIST] = ['signed-plugin.json', 'signed-list.json'].map(fixture) as [string, string]
const prove = (descriptor: Descriptor) =>
  proveComponent({ descriptor, trust: { keys: [KEY], digests: [] }, at: () => 0 })

test('what `ocm` signed has the digest that it says, and is proven by its key', () => {
  for (const text of [PLUGIN, LIST]) {
    const descriptor = parseDescriptor(text, 'fixture')
    const [signature] = descriptor.signatures ?? []
    assert.equal(digestOf(normalised(descriptor)), `sha256:${signature?.digest.value}`)
    assert.deepEqual(prove(descriptor), { signer: KEY.id, admission: 'window' })
  }
})

test('the digest with which a list of `ocm` refers to a plugin is that of the plugin', () => {
  const plugin = parseDescriptor(PLUGIN, 'fixture')
  const [reference] = parseDescriptor(LIST, 'fixture').component.componentReferences ?? []
  const proof = { signer: KEY.id, admission: 'window' } as const
  const listed = { digest: reference?.digest ?? undefined, proof }
  const unsigned = { ...plugin, signatures: [] }
  const trust = { keys: [], digests: [] }
  assert.deepEqual(proveComponent({ descriptor: unsigned, trust, at: () => 0, listed }), proof)
  const changed = { ...unsigned, component: { ...plugin.component, provider: 'evil.org' } }
  assert.throws(
    () => proveComponent({ descriptor: changed, trust, at: () => 0, listed }),
    (error) => isCoded(error, 'DIGEST_MISMATCH'),
  )
})

test('the digest to pin is named beside those that are pinned already, whose places it does not take', () => {
  const descriptor = { ...parseDescriptor(PLUGIN, 'fixture'), signatures: [] }
  const pinned = digestOf('the list')
  const own = digestOf(normalised(descriptor))
  assert.throws(
    () => proveComponent({ descriptor, trust: { keys: [], digests: [pinned] }, at: () => 0 }),
    (error) => isCoded(error, 'SIGNATURE_MISSING') && error.hint?.includes(`\`digests: [${pinned}, ${own}]\``),
  )
})

type Path = readonly (string | number)[]

function* leavesOf(value: unknown, path: Path = []): Generator<Path> {
  const children = typeof value === 'object' && value !== null ? Object.entries(value) : []
  if (children.length === 0) yield path
  for (const [key, inner] of children) yield* leavesOf(inner, [...path, Array.isArray(value) ? Number(key) : key])
}

/** Another value at the path. */
function changedAt(document: unknown, path: Path): unknown {
  const copy = structuredClone(document) as Record<string, unknown>
  const parent = path.slice(0, -1).reduce((node, key) => node[key] as Record<string, unknown>, copy)
  const last = path.at(-1) as string
  const value = parent[last]
  parent[last] =
    typeof value === 'string' ? `${value}x` : typeof value === 'number' ? value * 2 + 1 : value === true ? false : 'x'
  return copy
}

/** Where it lies, and labels that are not to be signed. */
const NOT_SIGNED = [
  /^repositoryContexts\b/,
  /^resources\.\d+\.access\b/,
  /^labels\.0\b/,
  /^resources\.0\.labels\.0\.(?:name|value)$/,
]

test('of a signed descriptor nothing can be changed but places and labels that are not to be signed', () => {
  let tried = 0
  for (const text of [PLUGIN, LIST]) {
    const document = JSON.parse(text)
    for (const path of leavesOf(document.component)) {
      const changed = JSON.stringify({ ...document, component: changedAt(document.component, path) })
      const name = path.join('.')
      // Members that are null are as if they were not there.
      if (path.reduce((node, key) => node?.[key], document.component) === null) continue
      tried++
      const act = () => prove(parseDescriptor(changed, 'changed'))
      if (NOT_SIGNED.some((pattern) => pattern.test(name))) act()
      else assert.throws(act, (error) => isCoded(error, 'SIGNATURE_INVALID') || isCoded(error, 'FORMAT_INVALID'), name)
    }
  }
  assert.ok(tried > 40, String(tried))
})

/** Words that every object of JavaScript answers to are names of nothing. */
const NO_NAMES = ['', 'MD5', 'SHA-1', 'constructor', 'toString', '__proto__', 'hasOwnProperty']

function signedWith(change: (signature: OcmSignature) => void): Descriptor {
  const descriptor = parseDescriptor(PLUGIN, 'fixture')
  const signatures = structuredClone(descriptor.signatures ?? []) as OcmSignature[]
  for (const signature of signatures) change(signature)
  return { ...descriptor, signatures }
}

test('a signature whose method, hash or value octo does not know proves nothing', () => {
  const set = (target: object, changes: object) => void Object.assign(target, changes)
  const value = parseDescriptor(PLUGIN, 'fixture').signatures?.[0]?.signature.value ?? assert.fail()
  const rows: readonly (readonly [string, (signature: OcmSignature) => void])[] = [
    ...NO_NAMES.map(
      (name) => [`method ${name}`, ({ signature }: OcmSignature) => set(signature, { mediaType: name })] as const,
    ),
    ...NO_NAMES.map(
      (name) => [`hash ${name}`, ({ digest }: OcmSignature) => set(digest, { hashAlgorithm: name })] as const,
    ),
    // Node takes hex up to the first character that is none.
    ...[
      '',
      'zz',
      `${value}zz`,
      `${value}0`,
      ` ${value}`,
      value.slice(2),
      '00'.repeat(256),
      `${value}${'00'.repeat(2048)}`,
    ].map(
      (text) => [`value of ${text.length}`, ({ signature }: OcmSignature) => set(signature, { value: text })] as const,
    ),
  ]
  for (const [what, change] of rows)
    assert.throws(
      () => prove(signedWith(change)),
      (error) => isCoded(error) && error.code.startsWith('SIGN'),
      what,
    )
  // In capitals it is the same number.
  assert.equal(prove(signedWith(({ signature }) => set(signature, { value: value.toUpperCase() }))).signer, KEY.id)
})

test('a signature of the older padding proves what it is of, and nothing under a method that octo does not know', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = parsePublicKey(publicKey.export({ type: 'spki', format: 'pem' }) as string, 'own.pem', COMPONENT_KINDS)
  const text = normalised(parseDescriptor(PLUGIN, 'fixture'))
  const value = sign('sha256', Buffer.from(text), privateKey).toString('hex')
  const proven = (mediaType: string) =>
    proveComponent({
      descriptor: signedWith(({ signature }) => void Object.assign(signature, { mediaType, value })),
      trust: { keys: [key], digests: [] },
      at: () => 0,
    })
  assert.equal(proven('application/vnd.ocm.signature.rsa').signer, key.id)
  for (const name of [...NO_NAMES, 'application/vnd.ocm.signature.rsa.pss'])
    assert.throws(
      () => proven(name),
      (error) => isCoded(error) && error.code.startsWith('SIGN'),
      name,
    )
})

test('a digest by a way of writing that octo does not know is not called a changed one', () => {
  const other = signedWith(({ digest, signature }) => {
    Object.assign(digest, { normalisationAlgorithm: 'jsonNormalisation/v9', value: '00'.repeat(32) })
    Object.assign(signature, { mediaType: 'application/x-pem-file' })
  })
  assert.throws(
    () => prove(other),
    (error) => isCoded(error, 'SIGNER_NOT_ALLOWED'),
  )
})

test('a list proves nothing by a digest whose hash octo does not know', () => {
  const plugin = parseDescriptor(PLUGIN, 'fixture')
  const [reference] = parseDescriptor(LIST, 'fixture').component.componentReferences ?? []
  const proof = { signer: KEY.id, admission: 'window' } as const
  for (const hashAlgorithm of NO_NAMES) {
    const listed = { digest: { ...(reference?.digest ?? assert.fail()), hashAlgorithm }, proof }
    const trust = { keys: [], digests: [] }
    assert.throws(
      () => proveComponent({ descriptor: { ...plugin, signatures: [] }, trust, at: () => 0, listed }),
      (error) => isCoded(error, 'DIGEST_MISMATCH'),
      hashAlgorithm,
    )
  }
})
