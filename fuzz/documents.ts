// Documents of all kinds: JSON, manifests, configs, and the YAML that we publish.
import { isCoded } from '../schemas/errors.ts'
import { aConfig } from './configs.ts'
import type { Fuzzing, Outcome } from './fuzzing.ts'
import { aJsonDocument } from './json-documents.ts'
import { aPublishedDocument } from './published.ts'
import { findDifference } from './readers.ts'
import { aManifest } from './yaml-documents.ts'

const KINDS = { json: aJsonDocument, manifest: aManifest, config: aConfig, published: aPublishedDocument }
const NAMES = Object.keys(KINDS) as (keyof typeof KINDS)[]

export async function fuzzDocument({ random, readers, folder }: Fuzzing): Promise<Outcome> {
  const kind = random.of(NAMES)
  try {
    const question = await KINDS[kind](random, folder)
    if (question === undefined) return { kind, taken: false }
    const difference = await findDifference(readers, question)
    if (difference === undefined) return { kind, taken: true }
    return { kind, taken: true, problem: `${difference} of ${JSON.stringify(question.bytes.toString('latin1'))}` }
  } catch (error) {
    return isCoded(error) ? { kind, taken: false } : { kind, taken: false, problem: `crash: ${error}` }
  }
}
