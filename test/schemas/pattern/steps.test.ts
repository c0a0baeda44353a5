// How many steps a pattern may take is counted before it is asked, and no pattern takes more.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { patternSteps } from '../../../schemas/pattern/steps.ts'
import type { Random } from '../../support/builders/seeded-random.ts'
import { seededRandom } from '../../support/builders/seeded-random.ts'
import { rounds } from '../../support/machine/full-form.ts'

const ROUNDS = rounds({ short: 1500, full: 30_000 })
/** Counting ends there. */
const MOST = 300_000

/** As authors write them, each with how long a text it takes few steps for. */
const USUAL: readonly (readonly [pattern: string, length: number])[] = [
  ['^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', 253],
  ['^(?:[0-9]{1,3}\\.){3}[0-9]{1,3}$', 500],
  ['^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$', 500],
  ['^[a-z0-9]+(-[a-z])*$', 40],
  ['^(?!-)[\\p{L}\\d_]{1,63}(?<!-)$', 500],
  ['^\\d+(\\.\\d+)?(ms|s|m|h)$', 40],
  ['^([a-zA-Z0-9][a-zA-Z0-9.]*)(?:/(v[0-9]+(?:alpha[0-9]+|beta[0-9]+)?))?', 60],
  ['^\\u{1F600}\\x41\\cJ\\/[\\]\\-\\\\]*(?<rest>.*)$', 100],
]
for (const [pattern, length] of USUAL)
  test(`few steps are enough for a text of ${length} and \`${pattern}\``, () => {
    new RegExp(pattern, 'u')
    assert.ok(patternSteps(pattern)(length) < 2_000_000, String(patternSteps(pattern)(length)))
  })

/** Each reads as a pattern, but for the last rows. */
const WITHOUT_BOUND: readonly (readonly [what: string, pattern: string])[] = [
  ['repeats what repeats', '^(a+)+$'],
  ['repeats a choice', '^(a|a)*$'],
  ['repeats what may be there', '^(a?b?)+$'],
  ['repeats what looks around with a choice', '^(?:(?=a*)a)*$'],
  ['repeats several ways very often', '^(?:a|b){0,17}$'],
  ['repeats more often than can be counted', `a{${'9'.repeat(400)}}b`],
  ['refers back', '(a)\\1'],
  ['refers back by name', '(?<same>a)\\k<same>'],
  ['has flags of its own', '(?i:a)'],
  ['is very long', 'a'.repeat(1001)],
  ['opens what it does not close', '(a'],
  ['closes what it did not open', 'a)'],
  ['repeats nothing', '*'],
]
for (const [what, pattern] of WITHOUT_BOUND)
  test(`a pattern has no bound that ${what}`, () => {
    assert.equal(patternSteps(pattern)(70), Number.POSITIVE_INFINITY)
  })

test('loops within loops have no bound for a short text either, as they take as long to be made ready', () => {
  const nested = `${'('.repeat(300)}a${')*'.repeat(300)}`
  for (const length of [0, 1, 2]) assert.equal(patternSteps(nested)(length), Number.POSITIVE_INFINITY)
})

test('what begins with the text is tried at one place, and what only one choice begins with at each', () => {
  const once = patternSteps('^[a-z]*x')(1000)
  assert.ok(once < 4000, String(once))
  for (const pattern of ['[a-z]*x', 'y|^[a-z]*x', '^y|[a-z]*x', '(?:^|[a-z]*)x'])
    assert.ok(patternSteps(pattern)(1000) > 1_000_000, pattern)
})

type Node =
  | { readonly kind: 'one'; readonly letter: string }
  | { readonly kind: 'row'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'again'; readonly part: Node; readonly least: number; readonly most: number }
  | { readonly kind: 'ahead'; readonly part: Node; readonly isThere: boolean }

function draw(random: Random, depth: number): Node {
  const kind = depth === 0 ? 'one' : random.pick(['one', 'row', 'row', 'choice', 'again', 'again', 'ahead'] as const)
  const part = () => draw(random, depth - 1)
  if (kind === 'one') return { kind, letter: random.pick(['a', 'a', 'b', '.', '^', '$']) }
  if (kind === 'row' || kind === 'choice') return { kind, parts: Array.from({ length: 1 + random.below(3) }, part) }
  if (kind === 'ahead') return { kind, part: part(), isThere: random.chance(0.5) }
  const least = random.below(3)
  return { kind, part: part(), least, most: random.pick([Number.POSITIVE_INFINITY, least, least + 1, least + 3]) }
}

function textOf(node: Node): string {
  if (node.kind === 'one') return node.letter
  if (node.kind === 'row') return node.parts.map(textOf).join('')
  if (node.kind === 'choice') return `(?:${node.parts.map(textOf).join('|')})`
  if (node.kind === 'ahead') return `(?${node.isThere ? '=' : '!'}${textOf(node.part)})`
  const { least, most } = node
  return `(?:${textOf(node.part)}){${least},${most === Number.POSITIVE_INFINITY ? '' : most}}`
}

class Enough extends Error {}

/** How often a search that goes back, and never finds what it seeks, looks at a place of the text. */
function looksOf(node: Node, text: string): number {
  let looks = 0
  const look = () => {
    looks += 1
    if (looks >= MOST) throw new Enough()
  }
  const found = (of: Node, at: number, go: (at: number) => boolean): boolean => {
    if (of.kind === 'one') {
      look()
      if (of.letter === '^') return at === 0 && go(at)
      if (of.letter === '$') return at === text.length && go(at)
      return at < text.length && (of.letter === '.' || of.letter === text[at]) && go(at + 1)
    }
    if (of.kind === 'row') {
      const from = (index: number, here: number): boolean => {
        const part = of.parts[index]
        return part ? found(part, here, (next) => from(index + 1, next)) : go(here)
      }
      return from(0, at)
    }
    if (of.kind === 'choice') return of.parts.some((part) => found(part, at, go))
    if (of.kind === 'ahead') return found(of.part, at, () => true) === of.isThere && go(at)
    const again = (count: number, here: number): boolean => {
      const more = (next: number) => (next === here && count >= of.least ? false : again(count + 1, next))
      return (count < of.most && found(of.part, here, more)) || (count >= of.least && go(here))
    }
    return again(0, at)
  }
  try {
    for (let at = 0; at <= text.length; at += 1) found(node, at, () => false)
  } catch (error) {
    if (!(error instanceof Enough)) throw error
  }
  return looks
}

const one = (letter: string): Node => ({ kind: 'one', letter })
const choice = (letters: string): Node => ({ kind: 'choice', parts: [...letters].map(one) })

test('what may be there or not is counted with and without it', () => {
  const part: Node = { kind: 'again', part: choice('aa'), least: 0, most: 1 }
  const node: Node = { kind: 'row', parts: [one('^'), ...Array<Node>(8).fill(part)] }
  assert.ok(looksOf(node, 'a'.repeat(8)) <= patternSteps(textOf(node))(8))
})

test('no pattern looks at more places than was counted', () => {
  const random = seededRandom()
  for (let round = 0; round < ROUNDS; round += 1) {
    const node = draw(random, 4)
    const text = Array.from({ length: random.below(10) }, () => random.pick(['a', 'a', 'b'])).join('')
    const steps = patternSteps(textOf(node))(text.length)
    const looks = looksOf(node, text)
    assert.ok(looks <= steps, `${textOf(node)} for "${text}": counted ${steps}, took ${looks}`)
  }
})
