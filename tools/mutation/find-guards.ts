// Finds what a file refuses: thrown errors, the alternatives of a condition that refuses, early returns of nothing, parts
// of a boolean answer, and calls of functions that are named for a refusal. Each is one guard that can be taken away.
import { stripTypeScriptTypes } from 'node:module'
import type { Expression, Node, Statement } from 'acorn'
import { parse } from 'acorn'

export type Guard = {
  readonly line: number
  readonly kind: 'throw' | 'alternative' | 'early return' | 'part of an answer' | 'call'
  /** Where it stands in the file's text, and what stands there without it. */
  readonly start: number
  readonly end: number
  readonly replacement: string
  /** What runs only when it refuses; where nothing does, its own beginning. */
  readonly refusal: number
  /** The guard as it is written, on one line. */
  readonly text: string
}

type Found = Omit<Guard, 'line' | 'text' | 'refusal'> & { readonly refusal?: number }

const REFUSING_CALL = /^(refuse|require|assert|check|verify|ensure|validate|prove|demand|insist)([A-Z]|$)/
const WORDS_SHOWN = 120

/** All guards in the order of the file; `text` is the TypeScript source. */
export function findGuards(text: string): Guard[] {
  const found: Found[] = []
  visit(parse(withoutTypes(text), { ecmaVersion: 'latest', sourceType: 'module' }), (node) => {
    found.push(...guardsOf(node))
  })
  return found
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map((guard) => ({
      ...guard,
      refusal: guard.refusal ?? guard.start,
      line: text.slice(0, guard.start).split('\n').length,
      text: oneLine(text, guard),
    }))
}

/** Types become spaces, so that every position stays what it was. */
function withoutTypes(text: string): string {
  return stripTypeScriptTypes(text)
}

function guardsOf(node: Node): Found[] {
  switch (node.type) {
    case 'ThrowStatement':
      return [{ ...span(node), kind: 'throw', replacement: ';' }]
    case 'IfStatement':
      return conditionGuards(node as Node & { test: Expression; consequent: Statement })
    case 'ReturnStatement':
      return answerGuards((node as Node & { argument?: Expression | null }).argument)
    case 'ArrowFunctionExpression':
      return answerGuards((node as Node & { body: Expression }).body)
    case 'ExpressionStatement':
      return callGuards(node as Node & { expression: Expression })
    default:
      return []
  }
}

/** Every alternative of a condition that refuses; and the condition itself where nothing is thrown but nothing returned. */
function conditionGuards({ test, consequent }: { test: Expression; consequent: Statement }): Found[] {
  const last = consequent.type === 'BlockStatement' ? consequent.body.at(-1) : consequent
  const throws = last?.type === 'ThrowStatement'
  if (!throws && !returnsNothing(last)) return []
  const alternatives = operandsOf(test, '||')
  const without = { replacement: 'false', refusal: consequent.start }
  if (alternatives.length > 1)
    return alternatives.map((operand) => ({ ...span(operand), ...without, kind: 'alternative' }))
  return throws ? [] : [{ ...span(test), ...without, kind: 'early return' }]
}

function returnsNothing(statement: Statement | undefined): boolean {
  if (statement?.type !== 'ReturnStatement') return false
  const { argument } = statement
  if (!argument) return true
  if (argument.type === 'Identifier') return argument.name === 'undefined'
  if (argument.type === 'Literal') return argument.value === false || argument.value === null
  return argument.type === 'ArrayExpression' && argument.elements.length === 0
}

function answerGuards(answer: Expression | null | undefined): Found[] {
  if (!answer) return []
  const parts = operandsOf(answer, '&&')
  if (parts.length < 2) return []
  return parts.map((part) => ({ ...span(part), kind: 'part of an answer', replacement: 'true' }))
}

function callGuards({ expression, start, end }: Node & { expression: Expression }): Found[] {
  const call = expression.type === 'AwaitExpression' ? expression.argument : expression
  if (call.type !== 'CallExpression') return []
  const { callee } = call
  const name = callee.type === 'MemberExpression' ? callee.property : callee
  if (name.type !== 'Identifier' || !REFUSING_CALL.test(name.name)) return []
  return [{ start, end, kind: 'call', replacement: ';' }]
}

function operandsOf(expression: Expression, operator: '||' | '&&'): Expression[] {
  if (expression.type !== 'LogicalExpression' || expression.operator !== operator) return [expression]
  return [...operandsOf(expression.left, operator), ...operandsOf(expression.right, operator)]
}

function span({ start, end }: Node) {
  return { start, end }
}

function visit(node: Node, look: (node: Node) => void): void {
  look(node)
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, look)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

function oneLine(text: string, { start, end }: Found): string {
  const whole = text.slice(start, end).replace(/\s+/g, ' ')
  return whole.length > WORDS_SHOWN ? `${whole.slice(0, WORDS_SHOWN)}…` : whole
}
