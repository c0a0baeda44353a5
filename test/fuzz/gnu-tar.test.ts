// What the fuzzer takes GNU tar to say is what GNU tar says, whatever stands in the columns of its listing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { gnuTar } from '../../fuzz/gnu-tar.ts'
import { END_OF_TAR, tarEntry } from '../support/builders/archive-builder.ts'

const reader = gnuTar()
const skip = typeof reader === 'string' ? reader : false

/** Where a header names its owner, with a checksum that counts it. */
function ownedBy(header: Buffer, name: string): Buffer {
  header.write('ustar\x0000', 257, 'latin1')
  header.write(name, 265, 'latin1')
  header.fill(' ', 148, 156)
  const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

test('an owner whose name holds blanks does not move the columns', { skip }, async () => {
  const entry = ownedBy(tarEntry({ path: 'bin/run', content: 'x', mode: 0o755 }), 'ustar  /0 7')
  const bytes = gzipSync(Buffer.concat([entry, END_OF_TAR]))
  const read = typeof reader === 'string' ? undefined : await reader.read('tar', bytes)
  assert.deepEqual((read as { value: { listed: unknown } }).value.listed, [['bin/run', 1]])
})
