// Judges a value by a JSON Schema, word by word, as draft 2020-12 and draft-07 have it. No code is made of what others wrote.
import { isMap } from '../is-map.ts'
import { also, lookAtBranches, lookAtDependent } from './branch-words.ts'
import { lookAtList, lookAtOtherItems } from './list-words.ts'
import type { Fits, Look, Place, SchemaProblem } from './look.ts'
import { MAX_PROBLEMS, mergeSeen, nothingSeen, samePlace, tell, untilEnough } from './look.ts'
import { lookAtMap, lookAtOtherNames } from './map-words.ts'
import type { JsonSchema, Part } from './parts.ts'
import type { Texts } from './plain-words.ts'
import { lookAtNumber, lookAtText, lookAtType, lookAtValue } from './plain-words.ts'
import type { References, Scope } from './references.ts'

type Passed = { readonly scope: Scope | undefined; readonly values: Set<unknown> }
export type Judging = {
  readonly references: References
  readonly texts: Texts
  /** Called for each schema that a value is asked by; may throw to end the look. */
  readonly onPart?: ((schema: JsonSchema) => void) | undefined
}

/** What of the value does not fit. Throws RangeError for a value, or a way of references, that is too deep for the machine. */
export function judge(value: unknown, by: Part, judging: Judging): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = []
  const fits = fitting(judging)
  untilEnough(() => fits(by, value, { path: '', scope: undefined, problems, most: MAX_PROBLEMS, seen: undefined }))
  return problems
}

function fitting({ references, texts, onPart }: Judging): Fits {
  const passed = new Map<Part, Passed>()
  const fits: Fits = (part, value, place) => {
    const { schema } = part
    onPart?.(schema)
    if (schema === true) return true
    if (schema === false) return refuseAll(part, place)
    const look = lookOf(part, place)
    const { draft } = part.resource.document
    if (typeof schema.$ref === 'string')
      also(look, byReference(references.target(schema.$ref, part), value, samePlace(look)))
    if (draft === '2020' || typeof schema.$ref !== 'string') lookAtAll(look, value)
    // What does not fit has looked at nothing.
    if (look.isFine) mergeSeen(place.seen, look.seen)
    return look.isFine
  }

  /** What passed once passes again, wherever it stands: references to references come to one schema millions of times. */
  function byReference(part: Part, value: unknown, place: Place): boolean {
    if (place.seen || place.propertyName !== undefined) return fits(part, value, place)
    const known = passed.get(part)
    const own = known && known.scope === place.scope ? known : { scope: place.scope, values: new Set<unknown>() }
    passed.set(part, own)
    if (own.values.has(value)) return true
    const isFine = fits(part, value, place)
    if (isFine) own.values.add(value)
    return isFine
  }

  function lookAtAll(look: Look, value: unknown): void {
    lookAtType(look, value)
    if (typeof value === 'number') lookAtNumber(look, value, texts)
    if (typeof value === 'string') lookAtText(look, value, texts)
    lookAtValue(look, value)
    lookAtDynamic(look, value)
    lookAtBranches(look, value, fits)
    if (Array.isArray(value)) {
      lookAtList(look, value, fits)
      lookAtOtherItems(look, value, fits)
    } else if (isMap(value)) {
      lookAtDependent(look, value, fits)
      lookAtMap(look, value, { fits, texts })
      lookAtOtherNames(look, value, fits)
    }
  }

  function lookAtDynamic(look: Look, value: unknown): void {
    const { part, schema, scope } = look
    if (part.resource.document.draft === '07') return
    if (typeof schema.$dynamicRef === 'string')
      also(look, fits(references.dynamicTarget(schema.$dynamicRef, part, scope), value, samePlace(look)))
    // A word of an earlier draft, which was always taken for this.
    if (schema.$recursiveRef === '#') also(look, fits(part.resource.document.root, value, samePlace(look)))
  }

  return fits
}

function refuseAll(part: Part, place: Place): false {
  const problem = { keyword: 'false schema', message: 'boolean schema is false', params: {}, parentSchema: part.schema }
  tell(place, problem)
  return false
}

/** Words about the rest have to know what the others looked at; draft-07 has none. */
function lookOf(part: Part, place: Place): Look {
  const { schema, resource, held } = part
  const asksForRest = held.has('unevaluatedProperties') || held.has('unevaluatedItems')
  const scope = place.scope?.resource === resource ? place.scope : { resource, outer: place.scope }
  return {
    part,
    schema: schema as Exclude<typeof schema, boolean>,
    place,
    scope,
    seen: asksForRest || place.seen ? nothingSeen() : undefined,
    isFine: true,
  }
}
