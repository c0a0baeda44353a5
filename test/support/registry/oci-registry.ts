// A registry asked through its OCI face.
import type { TestContext } from 'node:test'
import type { Digest } from '../../../schemas/digest.ts'
import type { ReleaseRecipe, SignedRelease } from '../builders/test-authority.ts'
import { aRelease } from '../builders/test-authority.ts'
import { callApi, publishRelease } from '../publisher/publish-release.ts'
import type { TestRegistry, TestRegistryOptions } from './test-registry.ts'
import { startTestRegistry } from './test-registry.ts'

export const HELLO = 'core/component-descriptors/octo.internal/core/hello'
export const LIST = 'core/component-descriptors/octo.internal/core'
export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

type OciAnswer = { readonly status: number; readonly headers: Headers; readonly body: Buffer }

type OciLayer = { readonly mediaType: string; readonly digest: Digest; readonly size: number }
export type OciManifest = {
  readonly config: OciLayer
  readonly layers: readonly [OciLayer, ...OciLayer[]]
  readonly annotations: Readonly<Record<string, string>>
}

export type OciScene = {
  readonly registry: TestRegistry
  ask(path: string, init?: RequestInit): Promise<OciAnswer>
  publish(recipe?: ReleaseRecipe): Promise<SignedRelease>
  /** Yanks, deprecates or quarantines `core/hello`. */
  change(json: object, version?: string): Promise<void>
}

export async function anOciScene(t: TestContext, options?: TestRegistryOptions): Promise<OciScene> {
  return sceneOf(await startTestRegistry(t, options))
}

export function sceneOf(registry: TestRegistry): OciScene {
  return {
    registry,
    ask: (path, init) => askOci(registry.url, path, init),
    async publish(recipe) {
      const release = await aRelease(registry.key, { manifest: { protocol: 'ocm' }, ...recipe })
      const { status, body } = await publishRelease(registry, release)
      if (status !== 201) throw new Error(`publishing answered ${status} ${JSON.stringify(body)}`)
      return release
    },
    async change(json, version = '1.0.0') {
      const path = `/api/v1/repos/core/plugins/hello/versions/${version}/state`
      const { status, body } = await callApi(registry, path, { method: 'PUT', json })
      if (status !== 200) throw new Error(`the change answered ${status} ${JSON.stringify(body)}`)
    },
  }
}

async function askOci(url: string, path: string, init: RequestInit = {}): Promise<OciAnswer> {
  const { status, headers, ...answer } = await fetch(`${url}${path}`, init).then(async (found) => ({
    status: found.status,
    headers: found.headers,
    body: Buffer.from(await found.arrayBuffer()),
  }))
  return { status, headers, body: answer.body }
}

export function jsonOf<T>({ body }: OciAnswer): T {
  return JSON.parse(body.toString()) as T
}

/** e.g. `404 MANIFEST_UNKNOWN` */
export function refusalOf(answer: OciAnswer): string {
  const [error] = jsonOf<{ errors: { code: string }[] }>(answer).errors
  return `${answer.status} ${error?.code}`
}
