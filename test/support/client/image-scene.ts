// A machine that takes programs out of the images of a registry in this process.
import type { TestContext } from 'node:test'
import type { ImageSource } from '../../../config/model/program-source.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { parseImageName } from '../../../schemas/image-name.ts'
import { anElfFile } from '../builders/native-files.ts'
import type { TokenRules } from '../registry/image-registry.ts'
import { startImageRegistry } from '../registry/image-registry.ts'
import { aProgramScene } from './program-scene.ts'

/** A program that is linked statically, and does nothing. */
export const WEB = anElfFile({})

/** An entry of a layer. */
export const at = (path: string, content: Buffer | string = WEB) => ({ path, content, mode: 0o755 })

export async function anImageScene(t: TestContext, rules?: TokenRules) {
  const registry = await startImageRegistry(t, rules)
  const source = (digest: Digest | undefined, more: { binary?: string; tag?: string } = {}): ImageSource => {
    const { binary, tag } = more
    const name = `${registry.host}/acme/web${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
    return { kind: 'image', image: parseImageName(name), ...(binary === undefined ? {} : { binary }) }
  }
  return { ...aProgramScene(t), registry, source }
}
