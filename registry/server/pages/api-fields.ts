// The fields of a JSON Schema as a flat list: `uploads[].digest`, a string.
type Field = { readonly path: string; readonly type: string; readonly isRequired: boolean }

type Schema = {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
}

export function fieldsOf(schema: Record<string, unknown>): readonly Field[] {
  return below(schema as Schema, '')
}

function below(schema: Schema, at: string): Field[] {
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const path = at === '' ? name : `${at}.${name}`
    return [{ path, type: typeOf(child), isRequired: schema.required?.includes(name) ?? false }, ...below(child, path)]
  })
  const items = schema.items ? below(schema.items, `${at}[]`) : []
  const { additionalProperties: others } = schema
  return [...properties, ...items, ...(typeof others === 'object' ? below(others, `${at}.NAME`) : [])]
}

function typeOf({ type = 'any value', enum: values, format, items, additionalProperties: others }: Schema): string {
  if (values !== undefined) return values.map(String).join(' or ')
  if (items !== undefined) return `list of ${typeOf(items)}`
  if (typeof others === 'object' && Object.keys(others).length > 0) return `${typeOf(others)} by name`
  return format === undefined ? type : `${type}, ${format}`
}
