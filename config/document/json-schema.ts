// The table of fields as a JSON Schema, by which editors complete a config and show slips. The reader says more than a schema can: what
// it refuses is shown by `octo config validate`.
import type { Field, Holds, ShapeName } from './fields.ts'
import { FIELDS, shapeOf } from './fields.ts'
import { NAMED_SHAPES, SHORT_SHAPES, SINGLE_SHAPES } from './short-forms.ts'

type Schema = { readonly [key: string]: unknown }

const NAMES = Object.keys(FIELDS) as ShapeName[]
/** Their other keys are arguments, or Compose's own. */
const OPEN_SHAPES: readonly ShapeName[] = ['check', 'notification', 'compose service']

/** JSON Schema 2020-12. */
export function configJsonSchema(): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'octo.yaml',
    ...refTo('config'),
    $defs: Object.fromEntries(
      NAMES.filter((name) => name !== 'tool').map((name) => [nameOf(name), schemaOfShape(name)]),
    ),
  }
}

function nameOf(shape: ShapeName): string {
  return shape.replaceAll(' ', '-')
}

function refTo(shape: ShapeName): Schema {
  return { $ref: `#/$defs/${nameOf(shape)}` }
}

function schemaOfShape(name: ShapeName): Schema {
  const { '*': others, ...known } = shapeOf(name) as Readonly<Record<string, Field>>
  const properties = Object.fromEntries(
    Object.entries(known).map(([key, { holds, means }]) => [key, { description: means, ...schemaOf(holds, key) }]),
  )
  return {
    type: ['object', 'null'],
    properties,
    patternProperties: { '^x-': {} },
    additionalProperties: others
      ? { description: others.means, ...schemaOf(others.holds) }
      : OPEN_SHAPES.includes(name),
  }
}

/** Templates are texts, and a value that says nothing is null. */
const PLAIN = ['string', 'number', 'boolean', 'null']

function schemaOf(holds: Holds, key = ''): Schema {
  if (holds === 'data') return {}
  if (holds === 'value') return { type: [...PLAIN, 'array'] }
  if ('map' in holds) return anyOf([refTo(holds.map), ...(SHORT_SHAPES.includes(holds.map) ? [{ type: PLAIN }] : [])])
  const item = schemaOf({ map: holds.list })
  return anyOf([
    { type: ['array', 'null'], items: item },
    ...(SINGLE_SHAPES.includes(holds.list) ? [item] : []),
    ...(NAMED_SHAPES.includes(holds.list) ? [{ type: 'object', additionalProperties: refTo(holds.list) }] : []),
    // Compose has `init: true` of its own.
    ...(key === 'init' ? [{ type: 'boolean' }] : []),
  ])
}

function anyOf(schemas: readonly Schema[]): Schema {
  const [only, ...others] = schemas
  return others.length === 0 ? (only ?? {}) : { anyOf: schemas }
}
