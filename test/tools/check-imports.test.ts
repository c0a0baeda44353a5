import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkImports, importsOf, partOf } from '../../tools/check-imports.ts'
import { IMPORT_TABLE } from '../../tools/import-table.ts'

const DECLARED = new Set(['yaml', 'zod', 'hono', 'semver', '@sigstore/verify', 'drizzle-orm', 'better-sqlite3'])

const denied = [
  ['schemas/a.ts', '../client/index.ts'],
  ['schemas/a.ts', 'node:fs'],
  ['schemas/a.ts', 'node:child_process'],
  ['schemas/a.ts', 'hono'],
  ['trust/a.ts', 'node:fs'],
  ['trust/a.ts', '../client/store/store.ts'],
  ['trust/a.ts', 'yaml'],
  ['client/store/store.ts', '../../terminal/index.ts'],
  ['client/store/store.ts', '../../registry/main.ts'],
  ['registry/main.ts', '../client/index.ts'],
  ['registry/main.ts', '../publisher/main.ts'],
  ['publisher/upload.ts', '../registry/main.ts'],
  ['operator/check.ts', '../client/store/store.ts'],
  ['operator/check.ts', '../trust/release/verify-release.ts'],
  ['terminal/table.ts', '../client/index.ts'],
  ['sdk/index.ts', '../client/index.ts'],
  ['plugins/check-tcp/main.ts', '../../schemas/errors.ts'],
  ['octo.ts', './client/index.ts'],
  ['client/index.ts', '../test/support/machine/temp-folder.ts'],
  ['client/index.ts', '../tools/check.ts'],
  ['client/index.ts', 'left-pad'],
  ['client/index.ts', 'fs'],
  ['config/document/a.ts', '../model/repos.ts'],
  ['config/model/a.ts', 'node:fs'],
  ['config/a.ts', '../client/index.ts'],
  ['static-tree/a.ts', 'node:fs'],
  ['static-tree/a.ts', './write/disk.ts'],
  ['client/store/a.ts', '../../static-tree/render/plugin.ts'],
  ['registry/main.ts', '../config/read-config.ts'],
  ['registry/upkeep/a.ts', '../blobs/disk.ts'],
  ['registry/tree/a.ts', '../../static-tree/write/disk.ts'],
  ['registry/tree/a.ts', './disk.ts'],
  ['registry/publish/a.ts', '../db/sqlite/open.ts'],
  ['registry/db/store.ts', './sqlite/open.ts'],
  ['registry/admin/a.ts', 'drizzle-orm'],
  ['registry/upkeep/a.ts', 'better-sqlite3'],
  ['stray/a.ts', 'node:fs'],
] as const

const allowed = [
  ['schemas/a.ts', './b.ts'],
  ['schemas/a.ts', 'node:crypto'],
  ['static-tree/render/a.ts', '../../schemas/name.ts'],
  ['trust/a.ts', '../schemas/digest.ts'],
  ['trust/a.ts', '@sigstore/verify'],
  ['client/store/store.ts', 'node:fs/promises'],
  ['client/install/a.ts', '../../trust/release/verify-release.ts'],
  ['client/main.ts', '../terminal/program.ts'],
  ['client/commands/lock.ts', '../../terminal/index.ts'],
  ['registry/main.ts', '../trust/release/verify-release.ts'],
  ['registry/main.ts', 'hono'],
  ['registry/upkeep/a.ts', '../blobs/store.ts'],
  ['registry/open-registry.ts', './blobs/disk.ts'],
  ['registry/open-registry.ts', './tree/disk.ts'],
  ['registry/tree/disk.ts', '../../static-tree/write/disk.ts'],
  ['registry/open-registry.ts', './db/sqlite/store.ts'],
  ['registry/db/sqlite/a.ts', 'drizzle-orm'],
  ['registry/db/sqlite/a.ts', '../store.ts'],
  ['operator/check.ts', '../client/index.ts'],
  ['plugins/check-tcp/main.ts', '../../sdk/index.ts'],
  ['config/model/a.ts', '../document/node.ts'],
  ['config/a.ts', '../system/http/open-http.ts'],
  ['static-tree/write/a.ts', 'node:fs'],
  ['static-tree/a.ts', './paths.ts'],
  ['client/sources/a.ts', '../../static-tree/paths.ts'],
  ['operator/check.ts', '../config/model/requests.ts'],
  ['octo.ts', './registry/main.ts'],
  ['test/journeys/a.test.ts', '../../registry/main.ts'],
] as const

for (const [path, specifier] of denied)
  test(`${path} may not import ${specifier}, and is told what to do instead`, () => {
    const findings = checkImports([{ path, text: `import { a } from '${specifier}'\n` }], DECLARED)
    assert.equal(findings.length, 1)
    assert.ok((findings[0]?.instead ?? '').length > 20)
  })

for (const [path, specifier] of allowed)
  test(`${path} may import ${specifier}`, () => {
    assert.deepEqual(checkImports([{ path, text: `import { a } from '${specifier}'\n` }], DECLARED), [])
  })

test('every way to import is seen, and none that stands in a comment or a string', () => {
  const text = [
    "import a from 'one'",
    "import type { B } from 'two'",
    "import {\n  c,\n} from 'three'",
    "import 'four'",
    "export { d } from 'five'",
    "export * from 'six'",
    "const e = await import('seven')",
    "const f = require('eight')",
    "// import g from 'no'",
    "/* import h from 'no' */",
    "const text = `\nimport i from 'no'\n${await import('nine')}`",
    `const other = "import('no')"`,
  ].join('\n')
  assert.deepEqual(
    importsOf({ path: 'a.ts', text }).map(({ specifier }) => specifier),
    ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'],
  )
})

test('files that import each other in a circle are found once, types included', () => {
  const files = [
    { path: 'client/a.ts', text: "import { b } from './b.ts'" },
    { path: 'client/b.ts', text: "import type { C } from './c.ts'" },
    { path: 'client/c.ts', text: "const a = import('./a.ts')" },
    { path: 'client/d.ts', text: "import { a } from './a.ts'" },
  ]
  const circles = checkImports(files, DECLARED)
  assert.equal(circles.length, 1)
  assert.equal(circles[0]?.file, 'client/a.ts')
  assert.match(circles[0]?.found ?? '', /client\/b\.ts, client\/c\.ts/)
  assert.deepEqual(checkImports(files.slice(0, 2), DECLARED), [])
})

test('two separate circles are two findings', () => {
  const pair = (a: string, b: string) => [
    { path: `client/${a}.ts`, text: `import './${b}.ts'` },
    { path: `client/${b}.ts`, text: `import './${a}.ts'` },
  ]
  assert.equal(checkImports([...pair('a', 'b'), ...pair('c', 'd')], DECLARED).length, 2)
})

test('the longest name in the table decides the part', () => {
  assert.equal(partOf('config/model/a.ts'), 'config/model')
  assert.equal(partOf('client/main.ts'), 'client/main.ts')
  assert.equal(partOf('clients/a.ts'), undefined)
})

test('every part of the table that may be denied something says what to do instead', () => {
  for (const [part, { parts, instead }] of Object.entries(IMPORT_TABLE))
    assert.ok(parts.includes('*') || instead !== '', part)
})
