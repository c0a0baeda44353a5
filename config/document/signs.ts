// Signs that stand for values in the text that a template makes. They are written with two characters that no template holds, so
// that none can be put together of parts of its text.
import type { Value } from '../template/value.ts'

export type Sign = {
  readonly value: Value
  /** What it is in a longer text. */
  readonly text: string
  /** All lines of the text stand where the first one does. */
  readonly isIndented: boolean
  /** The action that printed it, as it was typed. */
  readonly template: string
  /** An environment variable that went into it. */
  variable?: string
}

const FORM = '\uE000([0-9]+)\uE001'
export const HELD_BY_SIGNS = /[\uE000\uE001]/
const ANY = new RegExp(FORM, 'g')
const ALONE = new RegExp(`^${FORM}$`)
const MAX_INDENT = 64

export function signFor(index: number): string {
  return `\uE000${index}\uE001`
}

/** The sign that is the whole text. */
export function signAlone(text: string, signs: readonly Sign[]): Sign | undefined {
  const [, index] = ALONE.exec(text) ?? []
  return index === undefined ? undefined : signs[Number(index)]
}

export function signsIn(text: string, signs: readonly Sign[]): readonly Sign[] {
  return [...text.matchAll(ANY)].flatMap(([, index]) => signs[Number(index)] ?? [])
}

/** The text with what the signs stand for. */
export function withoutSigns(text: string, signs: readonly Sign[]): string {
  return text.replace(ANY, (sign: string, index: string, at: number) => {
    const one = signs[Number(index)]
    // An escape such as "\uE000" writes what looks like one.
    if (!one) return sign
    return one.isIndented ? one.text.replaceAll('\n', `\n${spacesBefore(text, at)}`) : one.text
  })
}

/** The text with the actions that made the signs, as they were typed. */
export function asTyped(text: string, signs: readonly Sign[]): string {
  return text.replace(ANY, (sign: string, index: string) => signs[Number(index)]?.template ?? sign)
}

function spacesBefore(text: string, at: number): string {
  const spaces = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  return /^ *$/.test(spaces) ? spaces.slice(0, MAX_INDENT) : ''
}
