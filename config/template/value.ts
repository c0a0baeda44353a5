// Values of templates. Maps and lists answer questions instead of lying open, so that whoever owns the data learns what was
// asked for: one key, all keys, or only whether there is any.

type Asked = {
  /** The name is itself a result and not written in the template. */
  readonly computed?: boolean
  /** Only a value below it is wanted. */
  readonly leadsOn?: boolean
}

export type MapValue = {
  readonly kind: 'map'
  /** What to say where a plain value is wanted. */
  readonly what?: string
  readonly get: (name: string, how?: Asked) => Value
  readonly names: () => readonly string[]
  readonly isEmpty: () => boolean
}

export type ListValue = {
  readonly kind: 'list'
  readonly what?: string
  readonly length: () => number
  readonly at: (index: number) => Value
}

export type Value =
  /** Nothing is there; `what` says what was asked for. */
  | { readonly kind: 'missing'; readonly what?: string }
  | { readonly kind: 'nil'; readonly what?: string }
  | { readonly kind: 'bool'; readonly value: boolean; readonly text?: string }
  /** Go's `int`, or the byte that an index of a string gives. `text`: as it was typed. */
  | { readonly kind: 'int'; readonly value: bigint; readonly isByte?: true; readonly text?: string }
  | { readonly kind: 'float'; readonly value: number; readonly text?: string }
  /** `structure`: the same for the text of a document, with signs in place of the values that it holds. */
  | { readonly kind: 'string'; readonly value: string; readonly structure?: string }
  | MapValue
  | ListValue

export type PlainValue = Exclude<Value, MapValue | ListValue>

export const MISSING: Value = { kind: 'missing' }

export function textValue(value: string): Value {
  return { kind: 'string', value }
}

export function listOf(items: readonly Value[]): ListValue {
  return { kind: 'list', length: () => items.length, at: (index) => items[index] ?? MISSING }
}

export function itemsIn(list: ListValue): readonly Value[] {
  return Array.from({ length: list.length() }, (_, index) => list.at(index))
}

export function entriesIn(map: MapValue): readonly (readonly [string, Value])[] {
  return [...map.names()].sort(byBytes).map((name) => [name, map.get(name)] as const)
}

/** Go compares strings by their bytes, JavaScript by halves of characters. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** What `if` asks: everything but false, 0, "", what is empty, null or not there. */
export function isTrue(value: Value): boolean {
  if (value.kind === 'missing' || value.kind === 'nil') return false
  if (value.kind === 'map') return !value.isEmpty()
  if (value.kind === 'list') return value.length() > 0
  if (value.kind === 'string') return value.value !== ''
  return value.kind === 'bool' ? value.value : Number(value.value) !== 0
}

const TYPES: Readonly<Record<Value['kind'], string>> = {
  missing: '<nil>',
  nil: '<nil>',
  bool: 'bool',
  int: 'int',
  float: 'float64',
  string: 'string',
  map: 'map[string]interface {}',
  list: '[]interface {}',
}

/** As Go names it. */
export function typeOf(value: Value): string {
  return value.kind === 'int' && value.isByte ? 'uint8' : TYPES[value.kind]
}

/** As people name it in errors. */
export function kindOf({ kind }: Value): string {
  return (
    { missing: 'nothing', nil: 'null', bool: 'a boolean', int: 'a whole number', float: 'a number' }[kind as string] ??
    { string: 'a text', map: 'a map' }[kind as string] ??
    'a list'
  )
}
