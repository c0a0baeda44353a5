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
  ['all of a file', { 'a.ts': 'export const x = 1', 'b.ts': "import * as a from './a.ts'\nf(a)" }],
  [
    'a name that only tests use of what tests have',
    { 'test/a.ts': 'export const x = 1', 'test/b.ts': "import { x } from './a.ts'" },
  ],
  [
    'a script that only tests run',
    { 'tools/a.ts': 'export const x = 1', 'test/b.ts': "import { x } from '../tools/a.ts'" },
  ],
  [
    'what only tests ask for, with a reason',
    {
      'a.ts': '// allow(dead-export): the test goes up to it\nexport const x = 1',
      'test/b.ts': "import { x } from '../a.ts'",
    },
  ],
  [
    'a type that only tests name, and by which its own file says what it takes',
    {
      'a.ts': 'export type X = 1\nexport const f = (x: X) => x',
      'b.ts': "import { f } from './a.ts'",
      'test/c.ts': "import type { X } from '../a.ts'",
    },
  ],
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

/** Each loads `a.ts`, which has `x` and `y`, and takes `x`. */
const TAKES_ONE = [
  "const { x } = await import('./a.ts')",
  "const { x: z } = await import(\n  './a.ts'\n)",
  "f((await import('./a.ts')).x)",
  "(await import('./a.ts'))?.x()",
  "const a = await import('./a.ts')\na.x()\nf(a.x)",
  "import * as a from './a.ts'\na.x()",
  "import('./a.ts').then(({ x }) => x())",
  "import('./a.ts').then((a) => a.x())",
  "import('./a.ts').then(a => a.x())",
  "const [{ q }, { x }] = await Promise.all([\n  import('./q.ts'),\n  import('./a.ts'),\n])",
  "const [q, a] = await Promise.all([import('./q.ts'), import('./a.ts')])\na.x()",
  "let a: import('./a.ts').x",
  "let a: typeof import('./a.ts').x",
  "let a: Pick<typeof import('./a.ts'), 'x'>",
  "const { x } = require('./a.ts')\nconst { y } = `await import('./a.ts')`",
]
const TAKES_ALL = [
  "const a = await import('./a.ts')\nf(a)",
  "const a = await import('./a.ts')\nf(a, 1)",
  "const a = await import('./a.ts')\nconst { x } = a",
  "const { x, ...rest } = await import('./a.ts')",
  "const load = () => import('./a.ts')",
  "import('./a.ts').then(f)",
  "import('./a.ts').catch(f)",
  "import * as a from './a.ts'\nf(a)",
  "export * from './a.ts'",
  "let a: typeof import('./a.ts')",
  "const all = await Promise.all([import('./a.ts')])",
  "const [{ q }, a] = await Promise.all([import('./q.ts'), import('./a.ts')])\nf([a])",
]
const LOADED = 'export const x = 1\nexport const y = 2'
for (const text of TAKES_ONE)
  test(`of a file loaded by ${text.replaceAll('\n', ' ')} what is not taken is dead`, () =>
    assert.deepEqual(deadIn({ 'a.ts': LOADED, 'b.ts': text }), ['a.ts:2 y']))
for (const text of TAKES_ALL)
  test(`a file that is passed on by ${text.replaceAll('\n', ' ')} may be asked for everything`, () =>
    assert.deepEqual(deadIn({ 'a.ts': LOADED, 'b.ts': text }), []))

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
    'what tests alone use',
    {
      'a.ts': 'export const x = 1\nf(x)',
      'test/b.ts': "import { x } from '../a.ts'",
      'bench/b.ts': "import { x } from '../a.ts'",
      'fuzz/b.ts': "import { x } from '../a.ts'",
    },
    ['a.ts:1 x'],
  ],
  [
    'what tests alone use, without a reason',
    { 'a.ts': '// allow(dead-export):\nexport const x = 1', 'test/b.ts': "import { x } from '../a.ts'" },
    ['a.ts:2 x'],
  ],
  [
    'what nobody uses, for any reason',
    { 'a.ts': '// allow(dead-export): for later\nexport const x = 1' },
    ['a.ts:2 x'],
  ],
  [
    'what is no exception any more',
    { 'a.ts': '// allow(dead-export): for tests\nexport const x = 1', 'b.ts': "import { x } from './a.ts'" },
    ['a.ts:2 x'],
  ],
  [
    'a type that tests alone name',
    { 'a.ts': 'export type X = 1', 'test/b.ts': "import type { X } from '../a.ts'" },
    ['a.ts:1 X'],
  ],
  [
    'what a file of the sdk has for itself',
    { 'sdk/keys.ts': 'export const x = 1', 'sdk/index.ts': "export { y } from './keys.ts'" },
    ['sdk/keys.ts:1 x'],
  ],
  [
    'what only a comment imports',
    { 'a.ts': 'export const x = 1', 'b.ts': "// import { x } from './a.ts'" },
    ['a.ts:1 x'],
  ],
]
for (const [what, files, expected] of DEAD)
  test(`${what} is exported for nobody`, () => assert.deepEqual(deadIn(files), expected))
