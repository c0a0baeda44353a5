// From the words of a template to its tree: texts, actions, `if`, `range`, `with`, `define`, `template` and `block`, nested
// no deeper than a bound.
import { printable, quote } from '../../schemas/quote.ts'
import type { Token, TokenKind } from './lex.ts'
import { tokensOf } from './lex.ts'
import { rawStringOf, stringOf } from './literals.ts'
import { isNext, nextToken, peekToken, pipelineTo, unexpected } from './parse-pipeline.ts'
import type { ParseOptions, Parsing } from './parsing.ts'
import type { Branch, Pipeline, Template, TemplateNode } from './syntax.ts'
import { positionAt } from './syntax.ts'

/** Throws what `fail` builds for a template that Go would not parse, or that uses what is not supported. */
export function parseTemplate(text: string, options: ParseOptions): Template {
  const definitions = new Map<string, readonly TemplateNode[]>()
  const parsing: Parsing = {
    ...options,
    text,
    tokens: tokensOf(text, options.fail, options),
    at: 0,
    depth: 0,
    scope: { names: ['$'], loops: 0 },
    define: (name, body, offset) => {
      const earlier = definitions.get(name)
      if (earlier && !isBlank(earlier) && !isBlank(body))
        throw failAt(parsing, offset, `the template ${printable(JSON.stringify(name))} is defined twice`)
      if (!earlier || isBlank(earlier)) definitions.set(name, body)
    },
  }
  return { text, body: topLevel(parsing), definitions }
}

function isBlank(body: readonly TemplateNode[]): boolean {
  return body.every((node) => node.kind === 'text' && node.text.trim() === '')
}

function topLevel(parsing: Parsing): TemplateNode[] {
  const nodes: TemplateNode[] = []
  while (!isNext(parsing, 'end of text')) {
    const node = textOrAction(parsing)
    if (typeof node === 'string')
      throw failAt(parsing, parsing.offset ?? 0, `${quote(node)} ends nothing that was begun`)
    if (node) nodes.push(node)
  }
  return nodes
}

/** What ends a list of nodes. */
type Ending = 'end' | 'else'

/** Up to `end` or `else`, which is the result too. */
function bodyOf(parsing: Parsing, offset: number, what: string): { nodes: readonly TemplateNode[]; ending: Ending } {
  if (++parsing.depth > parsing.maxDepth)
    throw failAt(parsing, offset, `nested more than ${parsing.maxDepth} levels deep`)
  const nodes: TemplateNode[] = []
  while (!isNext(parsing, 'end of text')) {
    const node = textOrAction(parsing)
    if (typeof node === 'string') {
      parsing.depth--
      return { nodes, ending: node }
    }
    if (node) nodes.push(node)
  }
  throw failAt(parsing, offset, `${quote(what)} has no \`{{end}}\``)
}

function textOrAction(parsing: Parsing): TemplateNode | Ending | undefined {
  const token = nextToken(parsing)
  if (token.kind === 'text') return { kind: 'text', offset: token.offset, text: token.text }
  parsing.offset = token.offset
  const word = peekToken(parsing)
  if (word.kind !== 'keyword') {
    const pipeline = pipelineTo(parsing, 'close', 'an action')
    return { kind: 'action', offset: pipeline.offset, pipeline }
  }
  nextToken(parsing)
  return control(parsing, word)
}

function control(parsing: Parsing, word: Token): TemplateNode | Ending | undefined {
  const { text, offset } = word
  if (text === 'end') {
    expect(parsing, 'close', '`end`')
    return 'end'
  }
  if (text === 'else') {
    const next = peekToken(parsing)
    if (next.text !== 'if' && next.text !== 'with') expect(parsing, 'close', '`else`')
    return 'else'
  }
  if (text === 'break' || text === 'continue') {
    expect(parsing, 'close', quote(text))
    if (parsing.scope.loops === 0) throw failAt(parsing, offset, `${quote(text)} stands outside of \`range\``)
    return { kind: text, offset }
  }
  if (text === 'if' || text === 'with' || text === 'range') return { kind: text, ...branch(parsing, text, offset) }
  if (text === 'define') return definition(parsing, offset)
  return text === 'block' ? block(parsing, offset) : call(parsing, offset)
}

function branch(parsing: Parsing, kind: 'if' | 'with' | 'range', offset: number): Branch {
  const { scope } = parsing
  const visible = scope.names.length
  const pipeline = pipelineTo(parsing, 'close', kind)
  if (kind === 'range') scope.loops++
  const { nodes, ending } = bodyOf(parsing, offset, kind)
  if (kind === 'range') scope.loops--
  const otherwise = ending === 'else' ? elseOf(parsing, kind, offset) : []
  scope.names.length = visible
  return { offset, pipeline, body: nodes, otherwise }
}

/** `else`, and `else if` or `else with`, which end with the one `end` of all. */
function elseOf(parsing: Parsing, kind: 'if' | 'with' | 'range', offset: number): readonly TemplateNode[] {
  const word = peekToken(parsing)
  if (word.kind === 'keyword' && (word.text === 'if' || word.text === 'with')) {
    if (word.text !== kind)
      throw failAt(parsing, word.offset, `\`else ${word.text}\` does not belong to ${quote(kind)}`)
    nextToken(parsing)
    // Its body refuses one level too many.
    parsing.depth++
    const inner: TemplateNode = { kind, ...branch(parsing, kind, word.offset) }
    parsing.depth--
    return [inner]
  }
  const { nodes, ending } = bodyOf(parsing, offset, 'else')
  if (ending === 'else') throw failAt(parsing, parsing.offset ?? offset, 'a second `else` of the same action')
  return nodes
}

function definition(parsing: Parsing, offset: number): undefined {
  if (parsing.depth > 0) throw failAt(parsing, offset, '`define` stands inside of another action')
  const name = nameOf(parsing, 'define')
  expect(parsing, 'close', '`define`')
  parsing.define(name, separately(parsing, offset, 'define'), offset)
}

function block(parsing: Parsing, offset: number): TemplateNode {
  const name = nameOf(parsing, 'block')
  const pipeline = pipelineTo(parsing, 'close', 'block')
  parsing.define(name, separately(parsing, offset, 'block'), offset)
  return { kind: 'template', offset, name, pipeline }
}

/** A body of its own, with no variables but `$`. */
function separately(parsing: Parsing, offset: number, what: string): readonly TemplateNode[] {
  const { scope } = parsing
  parsing.scope = { names: ['$'], loops: 0 }
  const { nodes, ending } = bodyOf(parsing, offset, what)
  parsing.scope = scope
  if (ending === 'else') throw failAt(parsing, parsing.offset ?? offset, `\`else\` does not belong to ${quote(what)}`)
  return nodes
}

function call(parsing: Parsing, offset: number): TemplateNode {
  const name = nameOf(parsing, 'template')
  if (isNext(parsing, 'close')) {
    nextToken(parsing)
    return { kind: 'template', offset, name }
  }
  const pipeline: Pipeline = pipelineTo(parsing, 'close', 'template')
  return { kind: 'template', offset, name, pipeline }
}

function nameOf(parsing: Parsing, what: string): string {
  const token = nextToken(parsing)
  const name = token.kind === 'raw string' ? rawStringOf(token.text) : undefined
  const text = token.kind === 'string' ? stringOf(token.text) : name
  if (text !== undefined) return text
  throw failAt(parsing, token.offset, `${quote(what)} wants a name in quotes, found ${quote(token.text)}`)
}

function expect(parsing: Parsing, kind: TokenKind, where: string): void {
  const token = nextToken(parsing)
  if (token.kind !== kind) throw unexpected(parsing, token, where)
}

function failAt({ text, fail }: Parsing, offset: number, problem: string): Error {
  return fail(problem, positionAt(text, offset))
}
