// Issues real keys and real bundles, and builds releases that are valid until a test breaks one thing.
import type { KeyObject } from 'node:crypto'
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { bundleToJSON } from '@sigstore/bundle'
// The package's front loads its network signers too, in nearly every process of tests.
import { DSSEBundleBuilder } from '@sigstore/sign/dist/bundler/dsse.js'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Platform } from '../../../schemas/platform.ts'
import type { ReleaseArtifact, ReleasePredicate, ReleaseStatement } from '../../../schemas/release-statement.ts'
import { PAYLOAD_TYPE, renderReleaseStatement } from '../../../schemas/release-statement.ts'
import type { KeyKind, TrustKey } from '../../../schemas/trust-key.ts'
import { hintOf, parsePublicKey } from '../../../schemas/trust-key.ts'
import type { Version } from '../../../schemas/version.ts'

export type SigningKey = { readonly privateKey: KeyObject; readonly trustKey: TrustKey }

export function issueKey(kind: KeyKind = 'ecdsa-p256'): SigningKey {
  const { privateKey } =
    kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const pem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
  return { privateKey, trustKey: parsePublicKey(pem, 'test key') }
}

type SignOptions = { readonly payloadType?: string; readonly hint?: string }

/** A Sigstore v0.3 bundle over any bytes, as JSON text. */
export async function signBytes(bytes: Buffer, { privateKey, trustKey }: SigningKey, options: SignOptions = {}) {
  const algorithm = trustKey.kind === 'ed25519' ? null : 'sha256'
  const key = { $case: 'publicKey' as const, publicKey: trustKey.pem, hint: options.hint ?? hintOf(trustKey.id) }
  const signer = { sign: async (data: Buffer) => ({ signature: sign(algorithm, data, privateKey), key }) }
  const builder = new DSSEBundleBuilder({ signer, witnesses: [] })
  return JSON.stringify(bundleToJSON(await builder.create({ data: bytes, type: options.payloadType ?? PAYLOAD_TYPE })))
}

export async function signStatement(
  statement: ReleaseStatement,
  key: SigningKey,
  options?: SignOptions,
): Promise<string> {
  return signBytes(Buffer.from(JSON.stringify(statement)), key, options)
}

export function aManifest(changes: Partial<ReleasedManifest> = {}): ReleasedManifest {
  return {
    kind: 'tool',
    category: 'health',
    description: 'says hello',
    protocol: 'exec',
    output: 'exit-code',
    booleans: 'omit',
    input: 'none',
    needs: { network: [], files: [], secrets: [] },
    ...changes,
  }
}

/** A script that prints its name: runs on every Unix, so it is a raw artifact for all of them. */
export function aScript(text = 'hello'): Buffer {
  return Buffer.from(`#!/bin/sh\necho ${text} "$@"\n`)
}

export type ReleaseRecipe = {
  readonly repo?: string
  readonly plugin?: string
  readonly version?: string
  readonly manifest?: Partial<ReleasedManifest>
  /** Bytes for each platform, or bytes with changes to how they are described. */
  readonly platforms?: Readonly<Record<string, Buffer | (Partial<ReleaseArtifact> & { readonly bytes: Buffer })>>
}

const UNIX_PLATFORMS = ['linux_amd64', 'linux_arm64', 'darwin_arm64', 'darwin_amd64']

type BuiltRelease = { readonly predicate: ReleasePredicate; readonly files: ReadonlyMap<string, Buffer> }

/** A release's predicate and its files by name; `files` holds exactly what `predicate.platforms` describes. */
export function aPredicate(recipe: ReleaseRecipe = {}): BuiltRelease {
  const { repo = 'core', plugin = 'hello', version = '1.0.0' } = recipe
  const bytes = aScript(`${plugin} ${version}`)
  const offered = recipe.platforms ?? Object.fromEntries(UNIX_PLATFORMS.map((platform) => [platform, bytes]))
  const files = new Map<string, Buffer>()
  const platforms: Record<Platform, ReleaseArtifact> = {}
  for (const [platform, offer] of Object.entries(offered)) {
    const { bytes: content, ...changes } = Buffer.isBuffer(offer) ? { bytes: offer } : offer
    const file = changes.file ?? `${plugin}_${version}_${platform}`
    files.set(file, content)
    platforms[platform as Platform] = {
      file,
      digest: digestOf(content),
      size: content.length,
      format: 'raw',
      executable: file,
      ...changes,
    }
  }
  const manifest = aManifest(recipe.manifest)
  return {
    predicate: { repo: repo as Name, plugin: plugin as Name, version: version as Version, manifest, platforms },
    files,
  }
}

export type SignedRelease = BuiltRelease & {
  readonly statement: ReleaseStatement
  /** Text of release.sigstore.json. */
  readonly bundle: string
  readonly bundleDigest: Digest
}

/** A whole signed release, valid unless the recipe breaks it. */
export async function aRelease(key: SigningKey, recipe: ReleaseRecipe = {}): Promise<SignedRelease> {
  const built = aPredicate(recipe)
  const statement = renderReleaseStatement(built.predicate)
  const bundle = await signStatement(statement, key)
  return { ...built, statement, bundle, bundleDigest: digestOf(bundle) }
}
