// One packet with a signature, in each form that its length may have: readers of OpenPGP take what lies around it for different things.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requireOnePacket } from '../../../trust/document/armour.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const filled = (head: readonly number[], length: number) => Uint8Array.from([...head, ...Array(length).fill(7)])

const TAKEN: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ['the old form with a length of one byte', filled([0x88, 3], 3)],
  ['the old form with a length of two bytes', filled([0x89, 1, 2], 258)],
  ['the old form with a length of four bytes', filled([0x8a, 0, 0, 1, 2], 258)],
  ['the new form with a length of one byte', filled([0xc2, 191], 191)],
  ['the new form with a length of two bytes', filled([0xc2, 193, 2], 256 + 194)],
  ['the new form with a length of five bytes', filled([0xc2, 255, 0, 0, 1, 2], 258)],
]

for (const [what, bytes] of TAKEN) {
  test(`takes a packet of ${what}`, () => requireOnePacket(bytes, 'octo.yaml.asc'))

  test(`refuses a byte more or less around ${what}`, () => {
    for (const other of [Uint8Array.from([...bytes, 7]), bytes.slice(0, -1)]) {
      const { message } = expectCode('SIGNATURE_MALFORMED', () => requireOnePacket(other, 'octo.yaml.asc'))
      assert.match(message, /`octo\.yaml\.asc` holds more than one packet, or a part of one/)
    }
  })
}

const REFUSED: readonly (readonly [what: string, bytes: Uint8Array, says: RegExp])[] = [
  ['no bytes', filled([], 0), /begins with another packet/],
  ['a byte that begins no packet', filled([0x08, 3], 3), /begins with another packet/],
  ['a key in the old form', filled([0x98, 3], 3), /begins with another packet/],
  ['a key in the new form', filled([0xc6, 3], 3), /begins with another packet/],
  ['an old packet without a length', filled([0x8b], 3), /without a definite length/],
  ['a new packet in parts', filled([0xc2, 224], 1), /without a definite length/],
]

for (const [what, bytes, says] of REFUSED)
  test(`refuses ${what}`, () => {
    const { message } = expectCode('SIGNATURE_MALFORMED', () => requireOnePacket(bytes, 'octo.yaml.asc'))
    assert.match(message, says)
  })
