// What is at a path when layers lie upon each other: each layer's entries are written as `path`, `path/` for a folder,
// `path -> target` for a symbolic link and `path = target` for a hard one; the place found is `layer.entry`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ImageFiles } from '../../../trust/image/image-files.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const TYPES = { '->': 'SymbolicLink', '=': 'Link' } as const

function anImage(layers: readonly (readonly string[])[]): ImageFiles {
  const files = new ImageFiles()
  for (const layer of layers)
    files.lay(
      layer.map((words, index) => {
        const [path = '', sign, target = ''] = words.split(' ')
        const type = sign ? TYPES[sign as keyof typeof TYPES] : path.endsWith('/') ? 'Directory' : 'File'
        return { path, type, target, size: 1, index }
      }),
    )
  return files
}

const FOUND: readonly (readonly [what: string, layers: readonly (readonly string[])[], path: string, at?: string])[] = [
  ['a file', [['web']], 'web', '0.0'],
  ['nothing', [['web']], 'other'],
  ['no file at a folder', [['a/']], 'a'],
  ['a file in a folder that a later layer names again', [['a/web'], ['a/']], 'a/web', '0.0'],
  ['no file of a folder that a later layer made a file', [['a/web'], ['a']], 'a/web'],
  ['a file after a whiteout of another', [['web', 'other'], ['.wh.other']], 'web', '0.0'],
  ['no file after its whiteout', [['web'], ['.wh.web']], 'web'],
  ['a file below one whose name only ends as its own', [['b'], ['1234b']], 'b', '0.0'],
  ['a file beside a whiteout in a folder that is not there', [['web'], ['none/.wh.x']], 'web', '0.0'],
  ['no whiteout itself', [['.wh.web']], '.wh.web'],
  ['nothing in a whiteout', [['.wh.a/web']], '.wh.a/web'],
  ['a file after the root was named', [['./', 'web']], './/web', '0.1'],
  ['a file through as many links as kernels follow', [['web', ...chain(40)]], 'l40', '0.0'],
  ['nothing through one more', [['web', ...chain(41)]], 'l41'],
]

/** `l1` links to `web`, and each to the one before. */
function chain(length: number): string[] {
  return Array.from({ length }, (_, index) => `l${index + 1} -> ${index === 0 ? 'web' : `l${index}`}`)
}

for (const [what, layers, path, at] of FOUND)
  test(`finds ${what}`, () => {
    const found = anImage(layers).find(path)
    assert.equal(found && `${found.layer}.${found.index}`, at)
  })

for (const [what, target] of [
  ['to nothing', 'none'],
  ['in a folder that is not there', 'none/web'],
  ['to a folder', 'a'],
  ['to a path that climbs', 'a/../web'],
])
  test(`refuses a hard link ${what}`, () => {
    const { details } = expectCode('ARCHIVE_ENTRY_UNSAFE', () => anImage([['web', 'a/', `x = ${target}`]]))
    assert.deepEqual(details, { path: 'x', target })
  })
