// What the parser is given, and where it is in a template.
import type { Spelling, Token } from './lex.ts'
import type { Fail, TemplateNode } from './syntax.ts'

export type ParseOptions = Spelling & {
  readonly fail: Fail
  readonly functions: ReadonlySet<string>
  /** Names that count as fields of the root where they stand without a point, as in `{{OS}}`. */
  readonly pointless: (name: string) => boolean
  /** Why a function may not stand here; undefined for one that may. */
  readonly misplaced?: (name: string) => string | undefined
  readonly maxDepth: number
}

export type Parsing = ParseOptions & {
  readonly text: string
  readonly tokens: readonly Token[]
  readonly define: (name: string, body: readonly TemplateNode[], offset: number) => void
  at: number
  /** Of the action that is read. */
  offset?: number
  depth: number
  scope: { readonly names: string[]; loops: number }
}
