import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findDeadExports } from '../../tools/dead-exports.ts'

type Files = Readonly<Record<string, string>>
const deadIn = (files: Files) =>
  findDeadExports(Object.entries(files).map(([path, text]) => ({ path, text }))).map(
    ({ file, line, found }) => `${file}:${line} ${/`(.*?)`/.exec(found)?.[1]}`,
  )

const USED: readonly (readonly [string, Files])[] = [
  ['a value that is imported', { 'a.ts': 'export const x = 1', 'b.ts': "import { x } from './a.ts'" }],
  ['a type that is imported', { 'a.ts': 'export type X = 1', 'b.ts': "import type { X } from './a.ts'" }],
  ['a type among values', { 'a.ts': 'export type X = 1', 'b.ts': "import { y, type X } from './a.ts'" }],
  ['a name that is imported as another', { 'a.ts': 'export const x = 1', 'b.ts': "import { x as y } from './a.ts'" }],
  ['a name listed as another', { 'a.ts': 'const x = 1\nexport { x as y }', 'b.ts': "import { y } from './a.ts'" }],
  ['names taken apart', { 'a.ts': 'export const { x, y: z } = q', 'b.ts': "import { x, z } from './a.ts'" }],
  ['all of a file', { 'a.ts': 'export const x = 1', 'b.ts': "import * as a from './a.ts'" }],
  ['a file loaded when it is needed', { 'a.ts': 'export const x = 1', 'b.ts': "const a = await import('./a.ts')" }],
  [
    'what is passed on and imported there',
    {
      'a.ts': 'export const x = 1',
      'index.ts': "export { x } from './a.ts'",
      'c.ts': "import { x } from './index.ts'",
    },
  ],
  ['imports over several lines', { 'a.ts': 'export function f() {}', 'b.ts': "import {\n  f,\n} from './a.ts'" }],
  ['what authors of plugins import', { 'sdk/index.ts': 'export const x = 1' }],
]
for (const [what, files] of USED) test(`${what} is used`, () => assert.deepEqual(deadIn(files), []))

const DEAD: readonly (readonly [string, Files, readonly string[]])[] = [
  ['a value that its own file uses', { 'a.ts': '\nexport const x = 1\nf(x)' }, ['a.ts:2 x']],
  [
    'a function, a class, a type, an enum',
    {
      'a.ts': 'export async function f() {}\nexport class C {}\nexport type T = 1\nexport interface I {}',
    },
    ['a.ts:1 f', 'a.ts:2 C', 'a.ts:3 T', 'a.ts:4 I'],
  ],
  [
    'what is imported from another file',
    { 'a.ts': 'export const x = 1', 'b.ts': "import { x } from './c.ts'" },
    ['a.ts:1 x'],
  ],
  ['what is only passed on', { 'a.ts': 'export const x = 1', 'i.ts': "export { x } from './a.ts'" }, ['i.ts:1 x']],
  [
    'what only a comment imports',
    { 'a.ts': 'export const x = 1', 'b.ts': "// import { x } from './a.ts'" },
    ['a.ts:1 x'],
  ],
]
for (const [what, files, expected] of DEAD)
  test(`${what} is exported for nobody`, () => assert.deepEqual(deadIn(files), expected))
