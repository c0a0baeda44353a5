// A JSON Schema made ready: it is one by its draft, all that it refers to is there, and its patterns can be read.
import { isMap } from '../is-map.ts'
import type { Expression } from '../pattern/expression.ts'
import { expressionOf } from '../pattern/expression.ts'
import type { InTime } from '../timed-out.ts'
import type { CountedLook } from './counted-look.ts'
import { countedLook } from './counted-look.ts'
import draft202012 from './drafts/2020-12.json' with { type: 'json' }
import draft07 from './drafts/draft-07.json' with { type: 'json' }
import { EndlessSchema, TooDeep } from './endings.ts'
import { judge } from './judge.ts'
import type { SchemaProblem } from './look.ts'
import { draftOf } from './named-draft.ts'
import type { Document, JsonSchema } from './parts.ts'
import { grow, resolved, takeApart } from './parts.ts'
import type { FormatRule, Texts } from './plain-words.ts'
import type { References } from './references.ts'
import { openReferences } from './references.ts'
import { leadsBack, soundParts } from './sound.ts'
import { sentenceOf, toldProblems } from './wording.ts'
import type { JsonSchemaDraft } from './words.ts'

type Reading = {
  /** By which a schema is read that names none. */
  readonly draft: JsonSchemaDraft
  /** Absent where formats say only what is meant. */
  readonly isOfFormat: FormatRule | undefined
  /** Runs each look at the schema, and those at values that may take long. */
  readonly inTime: InTime
  /** Also refuses one of which a part leads back to itself whatever the value is. */
  readonly refusesEndless?: boolean | undefined
}

type Looks = {
  readonly counted: CountedLook
  readonly whole: (value: unknown) => readonly SchemaProblem[]
}

const OWN: Readonly<Record<JsonSchemaDraft, readonly JsonSchema[]>> = { '2020': draft202012, '07': draft07 }
const MAX_TOLD = 5
/** Many of them say the same. */
const MAX_PROBLEMS_READ = 100
const drafts = new Map<JsonSchemaDraft, Document & { readonly references: References }>()

/** Throws Error for a schema that is none. What it gives throws EndlessSchema or TooDeep; both throw what `inTime` throws. */
export function compiled(schema: JsonSchema, reading: Reading): (value: unknown) => readonly SchemaProblem[] {
  const { inTime } = reading
  const { counted, whole } = inTime(() =>
    bounded(
      () => made(schema, reading),
      () => false,
    ),
  )
  return (value) => counted(value) ?? inTime(() => whole(value))
}

function made(schema: JsonSchema, { draft, isOfFormat, refusesEndless }: Reading): Looks {
  const own = ownOf(draft)
  const texts = textsBy(isOfFormat)
  // Without formats: names that are no addresses have always been taken.
  requireFit(judge(schema, own.root, { references: own.references, texts: textsBy(undefined) }))
  const document = takeApart(schema, draft)
  requireStrange(document, own)
  const references = openReferences(document, own)
  const parts = soundParts(document.root, { references, ...texts })
  const judging = { references, texts }
  const naming = namedBy(schema, document, own)
  if (naming) requireFit(judge(schema, naming, judging))
  if (refusesEndless && leadsBack(parts, references, 'each'))
    throw new EndlessSchema('it leads back to itself without end')
  return {
    counted: countedLook(document.root, judging),
    whole: (value) =>
      bounded(
        () => judge(value, document.root, judging),
        () => leadsBack(parts, references, 'some'),
      ),
  }
}

function bounded<T>(act: () => T, isEndless: () => boolean): T {
  try {
    return act()
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw isSo(isEndless)
      ? new EndlessSchema('it leads back to itself without end', { cause })
      : new TooDeep('it is too deep', { cause })
  }
}

/** What cannot be looked through says nothing. */
function isSo(act: () => boolean): boolean {
  try {
    return act()
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function ownOf(draft: JsonSchemaDraft): Document & { readonly references: References } {
  const known = drafts.get(draft)
  if (known) return known
  const [first = true, ...further] = OWN[draft]
  const document = takeApart(first, draft)
  for (const one of further) grow(one, document.root.resource)
  const own = { ...document, references: openReferences(document, undefined) }
  drafts.set(draft, own)
  return own
}

function textsBy(isOfFormat: FormatRule | undefined): Texts {
  const expressions = new Map<string, Expression>()
  return {
    isOfFormat,
    expressionOf(pattern) {
      const expression = expressions.get(pattern) ?? expressionOf(pattern)
      expressions.set(pattern, expression)
      return expression
    },
  }
}

/** What refers to a draft means the draft. */
function requireStrange(document: Document, own: Document): void {
  const taken = [...document.resources.keys()].find((uri) => own.resources.has(uri))
  // allow(raw-error): whoever asks has the words for it
  if (taken !== undefined) throw new Error(`\`${taken}\` is the name of a draft`)
}

/** A schema may be its own draft, beside this one. Throws for a draft that is not known. */
function namedBy(schema: JsonSchema, document: Document, own: Document) {
  const named = isMap(schema) ? schema.$schema : undefined
  if (typeof named !== 'string' || named === '' || draftOf(schema) === document.draft) return undefined
  const uri = resolved(named, document.root.resource)
  if (own.resources.has(uri)) return undefined
  if (document.root.resource.uri === uri) return document.root
  // allow(raw-error): whoever asks has the words for it
  throw new Error(`its draft \`${named}\` is not known here`)
}

function requireFit(problems: readonly SchemaProblem[]): void {
  if (problems.length === 0) return
  const sentences = toldProblems(problems)
    .slice(0, MAX_PROBLEMS_READ)
    .map((problem) => sentenceOf(problem))
  // allow(raw-error): whoever asks has the words for it
  throw new Error([...new Set(sentences)].slice(0, MAX_TOLD).join('; '))
}
