// Templates of texts that are made later, of facts that the config does not hold: subject and body of a notification. They see
// these facts and nothing else, neither the config nor the environment, so that no password gets into a message.
import { quote } from '../../schemas/quote.ts'
import { renderTemplate } from '../template/evaluate.ts'
import { parseTemplate } from '../template/parse.ts'
import type { Template } from '../template/syntax.ts'
import type { Value } from '../template/value.ts'
import { listOf, MISSING, textValue } from '../template/value.ts'
import { invalid } from './invalid.ts'
import type { ScalarNode } from './node.ts'
import { grammarOf } from './template.ts'

type MessageFact = string | number | readonly MessageFact[] | { readonly [name: string]: MessageFact }
export type MessageFacts = Readonly<Record<string, MessageFact>>

export type MessageTemplate = { readonly node: ScalarNode; readonly template: Template }

const MAX_STEPS = 20_000
const MAX_LENGTH = 16 * 1024

/** Throws CONFIG_INVALID, with line and column, for what is no template or asks for a fact that one of the samples has not. */
export function parseMessage(node: ScalarNode, samples: readonly MessageFacts[]): MessageTemplate {
  const template = parseTemplate(String(node.value), { ...grammarOf(node), pointless: () => false })
  const message = { node, template }
  for (const sample of samples) renderMessage(message, sample)
  return message
}

/** Throws CONFIG_INVALID where a fact is missing, and above the bounds of one message. */
export function renderMessage({ node, template }: MessageTemplate, facts: MessageFacts): string {
  let steps = MAX_STEPS
  let length = MAX_LENGTH
  const take = (characters: number) => {
    length -= characters
    if (length < 0) throw invalid(node, `the template makes more than ${MAX_LENGTH} characters`)
  }
  const spend = (count: number) => {
    steps -= count
    if (steps < 0) throw invalid(node, `the template takes more than ${MAX_STEPS} steps`)
  }
  const meter = { spend, left: () => steps, made: take, printed: take }
  return renderTemplate(template, {
    root: factValue(facts, ''),
    fail: grammarOf(node).fail,
    meter,
    prints: 'plain values',
  })
}

function factValue(fact: MessageFact, path: string): Value {
  if (typeof fact === 'string') return textValue(fact)
  if (typeof fact === 'number') return { kind: 'int', value: BigInt(fact) }
  if (isList(fact)) return listOf(fact.map((item, index) => factValue(item, `${path}.${index}`)))
  return {
    kind: 'map',
    get: (name) => {
      const inner = Object.hasOwn(fact, name) ? fact[name] : undefined
      return inner === undefined
        ? { ...MISSING, what: missing(fact, `${path}.${name}`) }
        : factValue(inner, `${path}.${name}`)
    },
    names: () => Object.keys(fact),
    isEmpty: () => Object.keys(fact).length === 0,
  }
}

function isList(fact: MessageFact): fact is readonly MessageFact[] {
  return Array.isArray(fact)
}

function missing(facts: { readonly [name: string]: MessageFact }, path: string): string {
  return `${quote(path)} is no part of a notification, which has ${Object.keys(facts)
    .map((name) => `\`.${name}\``)
    .join(', ')}`
}
