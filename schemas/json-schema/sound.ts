// Looks at all of a schema that some value may be asked by, before any is: what it refers to is there, and its patterns can be read.
import { isMap } from '../is-map.ts'
import { behind, listBehind, mapBehind } from './branch-words.ts'
import type { Part } from './parts.ts'
import type { References } from './references.ts'
import { KEPT } from './words.ts'

type Sounding = { readonly references: References; readonly expressionOf: (pattern: string) => unknown }

/** The parts that a value may be asked by. Throws where one of them is of no use. */
export function soundParts(root: Part, { references, expressionOf }: Sounding): readonly Part[] {
  const met = new Set<Part>([root])
  for (const part of met) {
    const { schema } = part
    if (!isMap(schema)) continue
    for (const next of [...referredBy(part, references, 'some'), ...askedBy(part)]) met.add(next)
    if (isOnlyReference(part)) continue
    if (typeof schema.pattern === 'string') expressionOf(schema.pattern)
    for (const pattern of mapBehind(part, 'patternProperties').keys()) expressionOf(pattern)
  }
  return [...met]
}

/** Whether some value, or each, is asked by a schema that asks itself about the same value. */
export function leadsBack(parts: readonly Part[], references: References, by: 'some' | 'each'): boolean {
  const done = new Set<Part>()
  const above = new Set<Part>()
  const isBack = (part: Part): boolean => {
    if (above.has(part)) return true
    if (done.has(part)) return false
    done.add(part)
    above.add(part)
    const isSo = [...referredBy(part, references, by), ...sameValue(part, by)].some(isBack)
    above.delete(part)
    return isSo
  }
  return parts.some(isBack)
}

/** What is meant dynamically depends on the way; each value is asked by what is meant without one. */
function referredBy(part: Part, references: References, by: 'some' | 'each'): readonly Part[] {
  const { schema, resource } = part
  if (!isMap(schema)) return []
  const targets = typeof schema.$ref === 'string' ? [references.target(schema.$ref, part)] : []
  if (resource.document.draft === '07') return targets
  if (typeof schema.$dynamicRef === 'string')
    targets.push(
      ...(by === 'some'
        ? references.dynamicTargets(schema.$dynamicRef, part)
        : [references.target(schema.$dynamicRef, part)]),
    )
  // allow(raw-error): whoever asks has the words for it
  if (![undefined, '#'].includes(schema.$recursiveRef as undefined)) throw new Error('`$recursiveRef` can only be `#`')
  return schema.$recursiveRef === undefined ? targets : [...targets, resource.document.root]
}

function askedBy(part: Part): readonly Part[] {
  if (isOnlyReference(part)) return []
  return [...part.held].flatMap(([word, held]) => {
    if (KEPT.includes(word)) return []
    if ((word === 'then' || word === 'else') && !part.held.has('if')) return []
    if (word === 'additionalItems' && !(part.held.get('items') instanceof Map)) return []
    return held instanceof Map ? [...held.values()] : [held]
  })
}

/** Of a choice, the first is asked about each value. */
function sameValue(part: Part, by: 'some' | 'each'): readonly Part[] {
  if (isOnlyReference(part)) return []
  const choices = ['anyOf', 'oneOf'].flatMap((word) => listBehind(part, word).slice(0, by === 'each' ? 1 : undefined))
  const always = [behind(part, 'not'), behind(part, 'if'), ...listBehind(part, 'allOf'), ...choices]
  const sometimes =
    by === 'each'
      ? []
      : [
          behind(part, 'then'),
          behind(part, 'else'),
          ...listBehind(part, 'dependentSchemas'),
          ...listBehind(part, 'dependencies'),
        ]
  return [...always, ...sometimes].filter((one) => one !== undefined)
}

function isOnlyReference({ schema, resource }: Part): boolean {
  return resource.document.draft === '07' && isMap(schema) && typeof schema.$ref === 'string'
}
