// Runs a parsed template over values. What it may cost is metered by steps and characters, so that it ends within a bound
// that does not depend on the machine; what it may read is for the values to say.
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { failAt, requirePlain } from './errors.ts'
import { functionNamed } from './functions/index.ts'
import type { Meter, Printing, Structure } from './meter.ts'
import { stepsFor } from './meter.ts'
import { NO_VALUE, shownValue } from './print.ts'
import type { Branch, Command, Expression, Fail, Pipeline, Template, TemplateNode } from './syntax.ts'
import type { Value } from './value.ts'
import { entriesIn, isTrue, itemsIn, kindOf, MISSING, textValue } from './value.ts'

type EvaluateOptions = {
  readonly root: Value
  readonly fail: Fail
  readonly meter: Meter
  readonly prints: Printing
  /** For the text of a document. */
  readonly structure?: Structure
}

/** A part of what a template makes, and where in the template it comes from. */
export type Piece = { readonly text: string; readonly offset: number }

type Running = EvaluateOptions & {
  readonly template: Template
  readonly variables: { name: string; value: Value }[]
  readonly out: Piece[]
  readonly depth: number
}

const MAX_CALLS = 16

/** The text that a template makes. */
export function renderTemplate(template: Template, options: EvaluateOptions): string {
  return joined(renderPieces(template, options))
}

export function renderPieces(template: Template, options: EvaluateOptions): readonly Piece[] {
  const running = start(template, options)
  walk(template.body, options.root, running)
  return running.out
}

function joined(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('')
}

/** The value of a template that is one action and nothing else; undefined for any other. */
export function valueOfTemplate(template: Template, options: EvaluateOptions): Value | undefined {
  const [action, more] = template.body.filter((node) => node.kind !== 'text' || node.text.trim() !== '')
  if (action?.kind !== 'action' || more || action.pipeline.variables.length > 0) return undefined
  const value = pipelineValue(action.pipeline, options.root, start(template, options))
  if (options.prints === 'plain values') requirePlain(value, action.offset, { ...options, template })
  return value
}

function start(template: Template, options: EvaluateOptions): Running {
  return { ...options, template, variables: [{ name: '$', value: options.root }], out: [], depth: 0 }
}

type Ended = 'break' | 'continue' | undefined

function walk(nodes: readonly TemplateNode[], dot: Value, running: Running): Ended {
  for (const node of nodes) {
    running.meter.spend(1)
    const ended = walkNode(node, dot, running)
    if (ended) return ended
  }
  return undefined
}

function walkNode(node: TemplateNode, dot: Value, running: Running): Ended {
  if (node.kind === 'text') write(node, node.text.length, running)
  else if (node.kind === 'action') walkAction(node.pipeline, dot, running)
  else if (node.kind === 'break' || node.kind === 'continue') return node.kind
  else if (node.kind === 'template') walkCall(node, dot, running)
  else {
    const visible = running.variables.length
    const ended = node.kind === 'range' ? walkRange(node, dot, running) : walkChoice(node, dot, running)
    running.variables.length = visible
    return ended
  }
  return undefined
}

/** `length`: of what is printed, which a sign stands for. */
function write({ text, offset }: Piece, length: number, { out, meter }: Running): void {
  meter.printed(length)
  out.push({ text, offset })
}

function walkAction(pipeline: Pipeline, dot: Value, running: Running): void {
  const { structure } = running
  if (pipeline.variables.length > 0) decisionOf(pipeline, dot, running)
  else if (structure) structure.printing(() => print(pipeline, dot, running))
  else print(pipeline, dot, running)
}

function print(pipeline: Pipeline, dot: Value, running: Running): void {
  const { offset } = pipeline
  const value = pipelineValue(pipeline, dot, running)
  if (running.prints === 'plain values') requirePlain(value, offset, running)
  const shown = value.kind === 'missing' || value.kind === 'nil' ? NO_VALUE : shownValue(value, running.meter)
  const made = value.kind === 'string' ? value.structure : undefined
  const text = running.structure ? (made ?? running.structure.sign(value, shown)) : shown
  write({ text, offset }, shown.length, running)
}

/** The value of a pipeline that prints nothing: what happens in the rest of the template may depend on it. */
function decisionOf(pipeline: Pipeline, dot: Value, running: Running): Value {
  const value = pipelineValue(pipeline, dot, running)
  running.structure?.decided()
  return value
}

function walkChoice(node: Branch & { readonly kind: string }, dot: Value, running: Running): Ended {
  const value = pipelineValue(node.pipeline, dot, running)
  const isChosen = isTrue(value)
  running.structure?.decided()
  if (isChosen) return walk(node.body, node.kind === 'with' ? value : dot, running)
  return walk(node.otherwise, dot, running)
}

function walkRange(node: Branch, dot: Value, running: Running): Ended {
  const { variables } = running
  const pairs = pairsOf(pipelineValue(node.pipeline, dot, running), node, running)
  running.structure?.decided()
  if (pairs.length === 0) return walk(node.otherwise, dot, running)
  const visible = variables.length
  // All at once: making them costs as much where the first one breaks off.
  running.meter.spend(pairs.length)
  for (const [key, value] of pairs) {
    give(node.pipeline, { key, value }, running)
    const ended = walk(node.body, value, running)
    variables.length = visible
    if (ended === 'break') break
  }
  return undefined
}

/** What a range goes through, with indexes or keys. */
function pairsOf(value: Value, { pipeline, offset }: Branch, running: Running): readonly (readonly [Value, Value])[] {
  if (value.kind === 'missing') return []
  if (value.kind === 'map')
    return entriesIn(value).map(([name, one]) => [{ kind: 'string', value: name }, one] as const)
  if (value.kind === 'list') return itemsIn(value).map((one, index) => [intOf(index), one] as const)
  if (value.kind !== 'int')
    throw failAt(running, offset, `range goes through a list, a map or a count, found ${kindOf(value)}`)
  if (pipeline.variables.length > 1) throw failAt(running, offset, 'range over a count has one variable')
  if (value.value > BigInt(running.meter.left()))
    throw failAt(running, offset, `range over ${value.value} takes more steps than a template may`)
  return Array.from({ length: Math.max(0, Number(value.value)) }, (_, index) => [MISSING, intOf(index)] as const)
}

function intOf(value: number): Value {
  return { kind: 'int', value: BigInt(value) }
}

/** With two variables the first is the key, as in Go. */
function give({ variables }: Pipeline, { key, value }: { key: Value; value: Value }, running: Running): void {
  const given = variables.length > 1 ? [key, value] : [value]
  for (const [index, name] of variables.entries()) {
    const slot = running.variables.findLast((one) => one.name === name)
    if (slot) slot.value = given[index] ?? MISSING
  }
}

function walkCall(node: Extract<TemplateNode, { kind: 'template' }>, dot: Value, running: Running): void {
  const given = node.pipeline ? decisionOf(node.pipeline, dot, running) : MISSING
  walkDefined(node, given, running)
}

type Called = { readonly name: string; readonly offset: number }

function walkDefined({ name, offset }: Called, given: Value, running: Running): void {
  const body = running.template.definitions.get(name)
  if (!body) throw failAt(running, offset, `the template ${printable(JSON.stringify(name))} is not defined`)
  if (running.depth >= MAX_CALLS)
    throw failAt(running, offset, `templates call each other more than ${MAX_CALLS} levels deep`)
  walk(body, given, { ...running, variables: [{ name: '$', value: given }], depth: running.depth + 1 })
}

/** `include "name" .`: what `template` prints, as a value. */
function included([name, given = MISSING]: readonly Value[], offset: number, running: Running): Value {
  if (name?.kind !== 'string') throw failAt(running, offset, '`include` wants the name of a template')
  const out: Piece[] = []
  walkDefined({ name: name.value, offset }, given, { ...running, out })
  const text = joined(out)
  return running.structure ? { kind: 'string', value: running.structure.shown(text), structure: text } : textValue(text)
}

function pipelineValue(pipeline: Pipeline, dot: Value, running: Running): Value {
  let value: Value | undefined
  running.structure?.at(pipeline.offset)
  for (const command of pipeline.commands) {
    value = commandValue(command, { dot, final: value }, running)
    // Once it has gone through a pipeline, Go no longer knows null from what is not there.
    if (value.kind === 'nil') value = { kind: 'missing', ...omitUndefined({ what: value.what }) }
  }
  const result = value ?? MISSING
  for (const name of pipeline.variables) {
    const slot = pipeline.assigns ? running.variables.findLast((one) => one.name === name) : undefined
    if (slot) slot.value = result
    else running.variables.push({ name, value: result })
  }
  return result
}

/** `final`: what the command before it in the pipeline gave. */
type Given = { readonly dot: Value; readonly final: Value | undefined }

function commandValue(command: Command, given: Given, running: Running): Value {
  running.meter.spend(1)
  const [first, ...words] = command.words
  if (first.kind === 'function') return callFunction(first, words, given, running)
  if (words.length > 0 || given.final !== undefined)
    throw failAt(running, words[0]?.offset ?? first.offset, 'a value takes no arguments, expected a function before it')
  if (first.kind === 'nil') throw failAt(running, first.offset, '`nil` is no command')
  return evaluated(first, given.dot, running)
}

function evaluated(expression: Expression, dot: Value, running: Running): Value {
  const { kind, offset } = expression
  if (kind === 'dot') return dot
  if (kind === 'nil') return MISSING
  if (kind === 'pipeline') return pipelineValue(expression, dot, running)
  if (kind === 'field') return fieldsOf(dot, expression.names, offset, running)
  if (kind === 'variable') {
    const value = running.variables.findLast(({ name }) => name === expression.name)?.value ?? MISSING
    return fieldsOf(value, expression.names, offset, running)
  }
  if (kind === 'chain') return fieldsOf(evaluated(expression.of, dot, running), expression.names, offset, running)
  if (kind === 'function') return callFunction(expression, [], { dot, final: undefined }, running)
  return kind === 'string' && running.structure ? running.structure.written(expression.value) : expression
}

function fieldsOf(from: Value, names: readonly string[], offset: number, running: Running): Value {
  let value = from
  for (const [index, name] of names.entries()) {
    running.meter.spend(1)
    if (value.kind === 'missing') continue
    if (value.kind === 'nil')
      throw failAt(running, offset, `${quote(name)} is asked of null: ${value.what ?? 'it has no fields'}`)
    if (value.kind !== 'map')
      throw failAt(running, offset, `${quote(name)} is asked of ${kindOf(value)}, which has no fields`)
    value = value.get(name, { leadsOn: index < names.length - 1 })
  }
  return value
}

function callFunction(
  named: Extract<Expression, { kind: 'function' }>,
  words: readonly Expression[],
  { dot, final }: Given,
  running: Running,
): Value {
  const { name, offset } = named
  running.meter.spend(1 + words.length)
  const { least, most, run } = functionNamed(name)
  const count = words.length + (final === undefined ? 0 : 1)
  if (count < least || count > most)
    throw failAt(running, offset, `${quote(name)} takes ${counted(least, most)}, found ${count}`)
  if (name === 'and' || name === 'or') return firstThatDecides(name, words, { dot, final }, running)
  const values = words.map((word) => evaluated(word, dot, running))
  if (final) values.push(final)
  for (const value of values) if (value.kind === 'string') running.meter.spend(stepsFor(value.value.length) - 1)
  if (name === 'include') return included(values, offset, running)
  const isWritten = final === undefined && words.slice(1).every(({ kind }) => ['string', 'int'].includes(kind))
  const result = run(values, {
    fail: (problem, hint) => failAt(running, offset, `${quote(name)}: ${problem}`, hint),
    meter: running.meter,
    prints: running.prints,
    structure: running.structure,
    isComputed: !isWritten,
  })
  if (result.kind === 'string') running.meter.made(result.value.length + (result.structure?.length ?? 0))
  return result
}

function firstThatDecides(
  name: 'and' | 'or',
  words: readonly Expression[],
  { dot, final }: Given,
  running: Running,
): Value {
  let value: Value = MISSING
  for (const word of words) {
    value = evaluated(word, dot, running)
    if (isTrue(value) === (name === 'or')) return value
  }
  return final ?? value
}

function counted(least: number, most: number): string {
  if (least === most) return `${least} argument${least === 1 ? '' : 's'}`
  return Number.isFinite(most) ? `${least} to ${most} arguments` : `at least ${least} argument${least === 1 ? '' : 's'}`
}
