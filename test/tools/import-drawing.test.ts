import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawImports } from '../../tools/import-drawing.ts'

/** A project of files that only import; names of folders are its rooms. */
function aProject(files: Readonly<Record<string, readonly string[]>>) {
  return Object.entries(files).map(([path, imports]) => ({
    path,
    text: imports.map((specifier) => `import '${specifier}'\n`).join(''),
  }))
}

test('each room stands one floor above the highest room that it imports', () => {
  const files = aProject({
    'octo.ts': ['./client/index.ts'],
    'client/index.ts': ['../schemas/name.ts', '../system/files.ts'],
    'system/files.ts': ['../schemas/name.ts', 'node:fs'],
    'schemas/name.ts': ['./word.ts'],
    'schemas/word.ts': [],
    'sdk/index.ts': ['../schemas/name.ts'],
  })
  assert.equal(drawImports(files, ''), '  3  octo.ts\n  2  client/\n  1  sdk/ · system/\n  0  schemas/')
})

test('rooms that import each other share a floor and say so', () => {
  const files = aProject({
    'client/main.ts': ['./resolve/pick.ts'],
    'client/resolve/pick.ts': ['../store/seen.ts'],
    'client/store/seen.ts': ['../query/near.ts'],
    'client/query/near.ts': ['../resolve/pick.ts', '../disk.ts'],
    'client/disk.ts': [],
  })
  assert.equal(drawImports(files, 'client'), '  2  main.ts\n  1  query/ ⇄ resolve/ ⇄ store/\n  0  disk.ts')
})

test('what is left out is drawn neither as a room nor as a reason', () => {
  const files = aProject({ 'client/a.ts': ['../test/b.ts'], 'test/b.ts': ['../client/a.ts'] })
  assert.equal(
    drawImports(files, '', (room) => room !== 'test/'),
    '  0  client/',
  )
})
