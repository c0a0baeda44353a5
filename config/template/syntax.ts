// What a parsed template is: texts and actions, each with its offset, from which an error tells line and column.

export type Expression =
  | { readonly kind: 'dot'; readonly offset: number }
  | { readonly kind: 'nil'; readonly offset: number }
  | { readonly kind: 'bool'; readonly offset: number; readonly value: boolean }
  | { readonly kind: 'int'; readonly offset: number; readonly value: bigint }
  | { readonly kind: 'float'; readonly offset: number; readonly value: number }
  | { readonly kind: 'string'; readonly offset: number; readonly value: string }
  | { readonly kind: 'field'; readonly offset: number; readonly names: readonly string[] }
  | { readonly kind: 'variable'; readonly offset: number; readonly name: string; readonly names: readonly string[] }
  /** Fields of what an expression in parentheses gives. */
  | { readonly kind: 'chain'; readonly offset: number; readonly of: Expression; readonly names: readonly string[] }
  | { readonly kind: 'function'; readonly offset: number; readonly name: string }
  | Pipeline

/** A function or value, and its arguments. */
export type Command = { readonly offset: number; readonly words: readonly [Expression, ...Expression[]] }

export type Pipeline = {
  readonly kind: 'pipeline'
  readonly offset: number
  readonly variables: readonly string[]
  /** `=` gives a variable that is there another value, `:=` makes one. */
  readonly assigns: boolean
  readonly commands: readonly [Command, ...Command[]]
}

export type Branch = {
  readonly offset: number
  readonly pipeline: Pipeline
  readonly body: readonly TemplateNode[]
  readonly otherwise: readonly TemplateNode[]
}

export type TemplateNode =
  | { readonly kind: 'text'; readonly offset: number; readonly text: string }
  | { readonly kind: 'action'; readonly offset: number; readonly pipeline: Pipeline }
  | ({ readonly kind: 'if' } & Branch)
  | ({ readonly kind: 'with' } & Branch)
  | ({ readonly kind: 'range' } & Branch)
  | { readonly kind: 'break'; readonly offset: number }
  | { readonly kind: 'continue'; readonly offset: number }
  | { readonly kind: 'template'; readonly offset: number; readonly name: string; readonly pipeline?: Pipeline }

export type Template = {
  readonly text: string
  readonly body: readonly TemplateNode[]
  readonly definitions: ReadonlyMap<string, readonly TemplateNode[]>
}

/** Counted from 1, columns in characters. */
export type Position = { readonly line: number; readonly column: number }

/** Builds the error of whoever owns the template: it alone knows in which file the template stands. */
export type Fail = (problem: string, at: Position, hint?: string) => Error

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: [...(before.at(-1) ?? '')].length + 1 }
}
