// What is kept of output, and that every line is looked at, in whatever pieces it comes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { captureOutput, captureText } from '../../../system/process/captured-output.ts'

const LIMITS = { headBytes: 10, tailBytes: 20, lineBytes: 12 }

function capture(text: string, pieceBytes: number) {
  const seen: [string, boolean][] = []
  const output = captureOutput(LIMITS, (line, isWhole) => {
    seen.push([line, isWhole])
    return line.includes('!') ? [line] : []
  })
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += pieceBytes) output.add(bytes.subarray(at, at + pieceBytes))
  return { seen, captured: output.finish(false) }
}

test('what was dropped is counted in lines where it had any', () => {
  const note = (text: string) => /\n… .* …\n/.exec(capture(text, 1000).captured.text)?.[0].trim()
  assert.equal(note('x'.repeat(40)), '… dropped 10 bytes …')
  assert.equal(note(`${'x'.repeat(12)}\n${'x'.repeat(27)}`), '… dropped 1 line, 10 bytes …')
  assert.equal(note('word\n'.repeat(8)), '… dropped 2 lines, 10 bytes …')
})

for (const pieceBytes of [1, 3, 7, 1000]) {
  test(`in pieces of ${pieceBytes}, short output is whole and each line is seen once`, () => {
    const { seen, captured } = capture('one\n\ntwo\r\nthree', pieceBytes)
    assert.deepEqual(seen, [
      ['one', true],
      ['two\r', true],
      ['three', true],
    ])
    assert.deepEqual([captured.text, captured.tail, captured.droppedBytes], ['one\n\ntwo\r\nthree', undefined, 0])
  })

  test(`in pieces of ${pieceBytes}, what was dropped was still looked at, and the end is kept`, () => {
    const { captured } = capture(`${'word\n'.repeat(20)}no!\n${'word\n'.repeat(20)}the last line\n`, pieceBytes)
    assert.equal(captured.tail, 'word\nthe last line\n'.padStart(20, '\n'))
    assert.equal(captured.droppedBytes, captured.totalBytes - 30)
    assert.deepEqual([...captured.told], ['no!'])
  })

  test(`in pieces of ${pieceBytes}, a long line is seen as far as the bound, and said to be longer`, () => {
    const { seen } = capture(`${'x'.repeat(50)}\nshort`, pieceBytes)
    assert.deepEqual(seen, [
      ['x'.repeat(12), false],
      ['short', true],
    ])
  })
}

test('bytes that are not UTF-8 are noticed', () => {
  const output = captureOutput(LIMITS)
  output.add(Buffer.from([0x66, 0xfc, 0x72]))
  assert.equal(output.finish(false).isUtf8, false)
})

const WHOLE_TEXTS = [
  '',
  '\n',
  'one\n',
  'a!\n\nb!\n',
  'no end!',
  'käse\n',
  'half \ud800\n',
  'x'.repeat(13),
  'much!\n'.repeat(9),
]

for (const text of WHOLE_TEXTS) {
  test(`what is there at once is kept like a stream: ${JSON.stringify(text)}`, () => {
    const { captured, seen } = capture(text, 1000)
    const seenAtOnce: [string, boolean][] = []
    const atOnce = captureText(text, LIMITS, (line, isWhole) => {
      seenAtOnce.push([line, isWhole])
      return line.includes('!') ? [line] : []
    })
    assert.deepEqual(atOnce, captured)
    assert.deepEqual(seenAtOnce, seen)
  })
}
