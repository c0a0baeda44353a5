// Text of any characters, halves of pairs among them. As `unit: 'binary'`, which lists a million of them in each process that asks.
import type { Arbitrary, StringConstraints } from 'fast-check'
import fc from 'fast-check'

const CHARACTER = fc.integer({ min: 0, max: 0x10ffff }).map((number) => String.fromCodePoint(number))

export function anyText(constraints: Omit<StringConstraints, 'unit'> = {}): Arbitrary<string> {
  return fc.string({ ...constraints, unit: CHARACTER })
}
