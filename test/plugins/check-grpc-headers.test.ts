// Headers of HTTP/2 as check-grpc reads and writes them: the examples of RFC 7541, and the whole Huffman code.
import assert from 'node:assert/strict'
import test from 'node:test'
import { decodeHeaders, encodeHeaders } from '../../plugins/check-grpc/http2/header-block.ts'
import { decodeHuffman } from '../../plugins/check-grpc/http2/huffman.ts'

const decoded = (hex: string) => decodeHeaders(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

const EXAMPLES: readonly (readonly [section: string, block: string, fields: readonly (readonly string[])[]])[] = [
  ['C.2.1', '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572', [['custom-key', 'custom-header']]],
  ['C.2.2', '040c 2f73 616d 706c 652f 7061 7468', [[':path', '/sample/path']]],
  ['C.2.3', '1008 7061 7373 776f 7264 0673 6563 7265 74', [['password', 'secret']]],
  ['C.2.4', '82', [[':method', 'GET']]],
  [
    'C.4.1',
    '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
    [
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/'],
      [':authority', 'www.example.com'],
    ],
  ],
  [
    'C.6.1',
    `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8
     e9ae 82ae 43d3`.replace(/\s+/g, ''),
    [
      [':status', '302'],
      ['cache-control', 'private'],
      ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
      ['location', 'https://www.example.com'],
    ],
  ],
]

for (const [section, block, fields] of EXAMPLES)
  test(`reads the example ${section} of the RFC`, () => {
    assert.deepEqual(decoded(block), fields)
  })

test('reads what it writes, of every length', () => {
  const fields = [0, 1, 126, 127, 128, 254, 255, 300, 5000].map(
    (length) => ['x'.repeat(length), 'y'.repeat(length)] as const,
  )
  for (const field of fields) assert.deepEqual(decodeHeaders(encodeHeaders([field])), [field])
})

/** All bytes from 0 to 255, encoded by golang.org/x/net/http2/hpack. */
const ALL_BYTES = `ffc7fffd8fffffe2fffffe3fffffe4fffffe5fffffe6fffffe7fffffe8ffffeafffffff3fffffa7fffffabffffffdfffffebfffffecfffffedfffffeefffffef
ffffff0ffffff1ffffff2fffffffbfffffcffffffd3fffffd7fffffdbfffffdffffffe3fffffe7fffffebfffffed4fe3f9ffaffcabf1febfafefe7fdfd2cbb00
089969b71d79fb9f7fff20ffbff3ff50ddbd7f061c58f265cd9f469d5af66dddbf871e5f9cff7ff7fffc3ff9ffe45fff4719242cb34e6e9d68a6a3d7dac426de
fe3cfaf7fffbfe7ffbffdffffffcfffe6ffff4bfff9ffffa3fffd3ffff53fffd5ffffb3fffeb7fffdaffffb7ffff73fffeeffffdeffffebffffbfffffd9ffffd
bfffebffffe0ffffeeffffc3ffff8bffff1ffffe4fffee7fffb1ffff97fffd9ffffcdffff9fffffbffffdafffeeffff4ffffb7fffee7fffe8ffffd3fffdeffff
d5fffeeffffbdffffe1fffdfffff7fffff5ffffecffff07fff87fffe0ffff17fffedffff87ffff77fffeffffeaffff8bfffe3ffff93ffff87fffcbffff37ffff
1fffff83ffffe1fffebfffe3ffff3fffff2ffffa3ffffd9fffff17ffffc7fffff27ffffdefffffbffffff2fffff8fffffb7fff97fff8fffffe6fffffc1fffff8
7ffffe7fffffc5ffffe5fffe4ffff2fffffd1fffff4ffffffefffffe3fffffc9fffff97fffb3ffffcffffb7fffcdffff4ffff9ffffd1ffffcffffeaffffaffff
fddffffeffffff4fffff5fffffabffffa7ffffd7fffff9bffffecfffffb7fffff3fffffe8fffffd3fffffabfffff5fffffff7ffffecfffffdbfffffbbfffff7f
fffff0fffffbbf`

test('knows the Huffman code of every byte', () => {
  const all = Buffer.from(Array.from({ length: 256 }, (_none, byte) => byte)).toString('latin1')
  assert.equal(decodeHuffman(Buffer.from(ALL_BYTES.replace(/\s/g, ''), 'hex')), all)
})
