// A program that is taken out of its image runs alone, so that nothing of the image may be a part of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HEAD_BYTES } from '../../../schemas/program-head.ts'
import { requireStatic } from '../../../trust/image/require-static.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { inPieces } from '../../support/builders/archive-builder.ts'
import { anElfFile } from '../../support/builders/native-files.ts'

const LOADER = '/lib64/ld-linux-x86-64.so.2'

function demandStatic(bytes: Buffer): Promise<void> {
  return requireStatic({ name: 'web', head: bytes.subarray(0, HEAD_BYTES), read: () => inPieces(bytes) })
}

test('a program that is linked statically needs nothing of its image', async () => {
  await demandStatic(anElfFile())
})

const REFUSED: readonly (readonly [what: string, bytes: Buffer, problem: RegExp])[] = [
  ['a script', Buffer.from('#!/bin/sh\n'), /^`web` is a script, whose interpreter is in the image,/],
  ['what is no program', Buffer.from('words'), /^`web` is no program of Linux,/],
  ['a program with a loader', anElfFile({ interpreter: LOADER }), /^`web` is linked with `\/lib64\/.+` of its image,/],
  [
    'a program with a loader and libraries',
    anElfFile({ interpreter: LOADER, needed: ['libc.so.6'] }),
    /^`web` is linked with `\/lib64\/.+` of its image,/,
  ],
  [
    'libraries without a loader',
    anElfFile({ needed: ['a.so', 'b.so'] }),
    /^`web` needs `a\.so`, `b\.so` of its image,/,
  ],
]

for (const [what, bytes, problem] of REFUSED)
  test(`outside of its image ${what} is refused`, async () => {
    const { message } = await expectCodeAsync('IMAGE_UNFIT', () => demandStatic(bytes))
    assert.match(message, problem)
  })
