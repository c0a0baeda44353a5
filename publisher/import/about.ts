// What a component version says of itself for people: by labels, or by the annotations that images have. Nothing of it is proven, and
// whoever publishes the project answers for it.
import type { z } from 'zod'
import type { OciManifest } from '../../oci/documents.ts'
import type { Descriptor } from '../../schemas/component/descriptor.ts'
import { LIMITS } from '../../schemas/limits.ts'
import { lineShape, webUrlShape } from '../../schemas/shapes.ts'

type About = {
  readonly description: string
  readonly license?: string | undefined
  readonly homepage?: string | undefined
  readonly source?: string | undefined
}

const IMAGE = 'org.opencontainers.image.'
/** `ocm` itself writes annotations, which are about its form of storage. */
const OF_THE_STORAGE = /^OCM Component Descriptor OCI Artifact Manifest/

export function aboutOf({ component }: Descriptor, { annotations }: OciManifest): About {
  const said = { ...annotations }
  const isOfStorage = OF_THE_STORAGE.test(said[`${IMAGE}title`] ?? '')
  const find = (shape: z.ZodType<string>, names: readonly string[], annotation: string) => {
    const labels = names.map((name) => component.labels?.find((label) => label.name === name)?.value)
    const texts = [...labels, isOfStorage ? undefined : said[`${IMAGE}${annotation}`]]
    return texts.map(lineOf).find((text) => text !== '' && shape.safeParse(text).success)
  }
  return {
    description:
      find(lineShape, named('description'), 'description') ??
      `OCM plugin of ${component.name}`.slice(0, LIMITS.lineLength),
    license: find(lineShape, named('license', 'licenses', 'licence'), 'licenses'),
    homepage: find(webUrlShape, named('homepage', 'url'), 'url'),
    source: find(webUrlShape, named('source'), 'source'),
  }
}

function named(...words: readonly string[]): readonly string[] {
  return words.flatMap((word) => [word, `ocm.software/${word}`, `${IMAGE}${word}`])
}

function lineOf(value: unknown): string {
  return typeof value === 'string' ? value.trim().replace(/\s+/g, ' ').slice(0, LIMITS.lineLength) : ''
}
