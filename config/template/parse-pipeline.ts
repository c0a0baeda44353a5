// Pipelines: variables, commands, their words and the fields of those, as Go reads them.
import { nearestWord } from '../../schemas/nearest-word.ts'
import { quote } from '../../schemas/quote.ts'
import type { Token, TokenKind } from './lex.ts'
import { characterOf, numberOf, rawStringOf, stringOf } from './literals.ts'
import type { Parsing } from './parsing.ts'
import type { Command, Expression, Pipeline } from './syntax.ts'
import { positionAt } from './syntax.ts'

/** The next token that is no space. */
export function nextToken(parsing: Parsing): Token {
  while (parsing.tokens[parsing.at]?.kind === 'space') parsing.at++
  const token = peekToken(parsing)
  parsing.at++
  return token
}

export function peekToken({ tokens, at }: Parsing): Token {
  for (let index = at; ; index++) {
    const token = tokens[index] ?? (tokens.at(-1) as Token)
    if (token.kind !== 'space') return token
  }
}

export function isNext(parsing: Parsing, kind: TokenKind): boolean {
  return peekToken(parsing).kind === kind
}

export function unexpected({ text, fail }: Parsing, token: Token, where: string): Error {
  const found = token.kind === 'end of text' ? 'the end' : quote(token.text)
  return fail(`${found} is not expected in ${where}`, positionAt(text, token.offset))
}

/** Up to and with the closing token. */
export function pipelineTo(parsing: Parsing, end: TokenKind, context: string): Pipeline {
  const { offset } = peekToken(parsing)
  const { variables, assigns } = declarationsIn(parsing, context)
  const commands: Command[] = []
  while (!isNext(parsing, end)) {
    const token = peekToken(parsing)
    if (['close', ')', '|', ',', ':=', '=', 'keyword', 'end of text'].includes(token.kind))
      throw unexpected(parsing, token, context)
    commands.push(commandIn(parsing, commands.length))
  }
  const closing = nextToken(parsing)
  const [first, ...others] = commands
  if (!first) throw parsing.fail(`a value is missing in ${context}`, positionAt(parsing.text, closing.offset))
  if (lastBefore(parsing)?.kind === '|') throw unexpected(parsing, closing, context)
  return { kind: 'pipeline', offset, variables, assigns, commands: [first, ...others] }
}

function declarationsIn(parsing: Parsing, context: string): { variables: readonly string[]; assigns: boolean } {
  const variables: string[] = []
  const start = parsing.at
  while (isNext(parsing, 'variable')) {
    const { text } = nextToken(parsing)
    const after = peekToken(parsing)
    if (after.kind === ':=' || after.kind === '=') {
      nextToken(parsing)
      const assigns = after.kind === '='
      variables.push(text)
      if (assigns) for (const name of variables) requireVariable(parsing, name, after.offset)
      parsing.scope.names.push(...variables)
      return { variables, assigns }
    }
    if (after.kind !== ',') break
    if (context !== 'range' || variables.length > 0)
      throw parsing.fail(`too many variables in ${context}`, positionAt(parsing.text, after.offset))
    nextToken(parsing)
    variables.push(text)
  }
  if (variables.length > 0) throw unexpected(parsing, peekToken(parsing), 'the variables of range')
  parsing.at = start
  return { variables: [], assigns: false }
}

function commandIn(parsing: Parsing, stage: number): Command {
  const { offset } = peekToken(parsing)
  const words: Expression[] = []
  for (;;) {
    if (!isNext(parsing, 'close') && !isNext(parsing, ')') && !isNext(parsing, '|')) words.push(operandIn(parsing))
    const token = parsing.tokens[parsing.at] as Token
    if (token.kind === 'space') {
      parsing.at++
      continue
    }
    if (token.kind === '|') parsing.at++
    else if (token.kind !== 'close' && token.kind !== ')') throw unexpected(parsing, token, 'the words of an action')
    break
  }
  const [first, ...others] = words
  if (!first) throw unexpected(parsing, peekToken(parsing), 'an empty command')
  if (stage > 0 && ['bool', 'dot', 'nil', 'int', 'float', 'string'].includes(first.kind))
    throw parsing.fail('what stands behind `|` takes no value, expected a function', positionAt(parsing.text, offset))
  return { offset, words: [first, ...others] }
}

function operandIn(parsing: Parsing): Expression {
  const token = nextToken(parsing)
  const term = termOf(parsing, token)
  const names: string[] = []
  while (parsing.tokens[parsing.at]?.kind === 'field') names.push((parsing.tokens[parsing.at++] as Token).text.slice(1))
  if (names.length === 0) return term
  if (term.kind === 'field' || term.kind === 'variable') return { ...term, names: [...term.names, ...names] }
  if (term.kind === 'pipeline' || term.kind === 'function')
    return { kind: 'chain', offset: term.offset, of: term, names }
  throw parsing.fail(`${quote(token.text)} has no fields`, positionAt(parsing.text, token.offset))
}

function termOf(parsing: Parsing, token: Token): Expression {
  const { kind, text, offset } = token
  if (kind === 'dot' || kind === 'nil') return { kind, offset }
  if (kind === 'bool') return { kind, offset, value: text === 'true' }
  if (kind === 'field') return { kind, offset, names: [text.slice(1)] }
  if (kind === 'variable') {
    requireVariable(parsing, text, offset)
    return { kind, offset, name: text, names: [] }
  }
  if (kind === 'identifier') return functionOrName(parsing, token)
  if (kind === '(') return parenthesized(parsing, offset)
  return literalOf(parsing, token)
}

function literalOf(parsing: Parsing, token: Token): Expression {
  const { kind, text, offset } = token
  const at = () => positionAt(parsing.text, offset)
  if (kind === 'raw string') return { kind: 'string', offset, value: rawStringOf(text) }
  if (kind === 'string') {
    const value = stringOf(text)
    if (value !== undefined) return { kind, offset, value }
    throw parsing.fail(`${quote(text)} has an escape that Go does not know, or makes no text`, at())
  }
  if (kind === 'char') {
    const value = characterOf(text)
    if (value !== undefined) return { kind: 'int', offset, value }
    throw parsing.fail(`${quote(text)} is no single character`, at())
  }
  if (kind !== 'number') throw unexpected(parsing, token, 'an action')
  const number = numberOf(text)
  if (number.kind === 'refused') throw parsing.fail(number.problem, at())
  return { ...number, offset }
}

function parenthesized(parsing: Parsing, offset: number): Pipeline {
  if (++parsing.depth > parsing.maxDepth)
    throw parsing.fail(`nested more than ${parsing.maxDepth} levels deep`, positionAt(parsing.text, offset))
  const inner = pipelineTo(parsing, ')', 'parentheses')
  parsing.depth--
  return inner
}

function functionOrName(parsing: Parsing, { text, offset }: Token): Expression {
  const problem = parsing.misplaced?.(text)
  if (problem !== undefined) throw parsing.fail(`${quote(text)} ${problem}`, positionAt(parsing.text, offset))
  if (parsing.functions.has(text)) return { kind: 'function', offset, name: text }
  if (parsing.pointless(text)) return { kind: 'variable', offset, name: '$', names: [text] }
  const nearest = nearestWord(text, [...parsing.functions])
  const meant = nearest === undefined ? '' : `, did you mean ${quote(nearest)}?`
  throw parsing.fail(`the function ${quote(text)} is not known${meant}`, positionAt(parsing.text, offset))
}

function requireVariable(parsing: Parsing, name: string, offset: number): void {
  if (parsing.scope.names.includes(name)) return
  const nearest = nearestWord(name, parsing.scope.names)
  const meant = nearest === undefined || nearest === '$' ? '' : `, did you mean ${quote(nearest)}?`
  throw parsing.fail(`the variable ${quote(name)} is not defined${meant}`, positionAt(parsing.text, offset))
}

/** What stands before the token that was read last. */
function lastBefore({ tokens, at }: Parsing): Token | undefined {
  let index = at - 2
  while (tokens[index]?.kind === 'space') index--
  return tokens[index]
}
