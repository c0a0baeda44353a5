// Folders of somebody else: whatever octo was to read or write there, it says which place is closed, and what to do.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { ErrorCode } from '../../schemas/error-codes.ts'
import { ERROR_CODES } from '../../schemas/error-codes.ts'
import { FROM_SOURCES } from '../support/machine/from-sources.ts'
import { filesBelow, tempFolder } from '../support/machine/temp-folder.ts'
import type { InProcessRun } from '../support/octo/in-process-octo.ts'
import { typeOcto } from '../support/octo/in-process-octo.ts'

const RUNNER = fileURLToPath(new URL('../fixtures/octo-as-nobody.ts', import.meta.url))
const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url))

const isRoot = process.getuid?.() === 0
const skip =
  (!isRoot && 'only root can become another user') || (!canBeReadByAll(CHECKOUT) && 'others cannot read the checkout')

/** A project that is built and signed, a registry, and a config folder: all of them root's, some readable. */
async function ownedByRoot(t: TestContext) {
  const root = tempFolder(t)
  chmodSync(root, 0o755)
  const at = (...path: string[]) => join(root, ...path)
  const well = async (...words: string[]) => {
    const { code, stderr } = await typeOcto(words)
    assert.equal(code, 0, stderr)
  }
  await well('keygen', '--out', at('key'))
  await well('init', at('check'), '--template', 'shell', '--repo', 'core')
  await well('build', at('check'))
  await well('sign', at('check'), '--key', at('key.key'))
  for (const data of ['readable', 'closed']) {
    await well('registry', 'repo', 'create', 'core', '--key', at('key.pub'), '--data', at(data))
    chmodSync(at(data), data === 'closed' ? 0o700 : 0o755)
  }
  chmodSync(at('readable', 'octo.db'), 0o644)
  // Of this user are only a project whose folder `dist` is not, and a key.
  cpSync(at('check'), at('mine'), { recursive: true })
  copyFileSync(at('key.key'), at('own.key'))
  for (const path of ['mine', 'own.key']) nobodys(at(path))
  mkdirSync(at('dist-closed'), { mode: 0o700 })
  return { root, at }
}

const NOBODY = 65_534
function nobodys(path: string): void {
  assert.equal(spawnSync('chown', [`${NOBODY}:${NOBODY}`, path]).status, 0)
}

function asNobody(cwd: string, lines: readonly (readonly string[])[]): InProcessRun[] {
  const { stdout, stderr } = spawnSync(process.execPath, [...FROM_SOURCES, RUNNER, JSON.stringify({ lines, cwd })], {
    cwd: '/',
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '' },
  })
  assert.notEqual(stdout, '', stderr)
  return JSON.parse(stdout) as InProcessRun[]
}

type Row = {
  readonly words: readonly string[]
  /** IO_FAILED when not given. */
  readonly code?: ErrorCode
  readonly says: RegExp
  readonly hint: RegExp
}

test('a folder of another user is named with the way round it, and never ends octo as a bug', { skip }, async (t) => {
  const { root, at } = await ownedByRoot(t)
  const data = (name: string) => ['--data', at(name)]
  const closed = { says: /this user may not look into folder `.+closed`/, hint: /work as the user whose data it is/ }
  const readable = { says: /this user may not write to folder `.+readable`/, hint: /work as the user whose data it is/ }
  const rows: readonly Row[] = [
    {
      words: ['init', at('new'), '-t', 'shell'],
      says: /write to folder `/,
      hint: /octo init "\$HOME\/new" --template shell/,
    },
    { words: ['init', at('a', 'b'), '-t', 'node'], says: /write to folder `/, hint: /octo init "\$HOME\/b"/ },
    { words: ['build', at('check')], says: /write to folder `.+check\/dist`/, hint: /--out DIR/ },
    { words: ['build', at('mine')], says: /write to folder `.+mine\/dist`/, hint: /--out DIR/ },
    { words: ['build', at('check'), '--out', at('out')], says: /the output folder `.+out`/, hint: /--out DIR/ },
    { words: ['build', at('check'), '--out', at('dist-closed')], says: /folder `.+dist-closed`/, hint: /--out DIR/ },
    { words: ['build', '--merge', at('check', 'dist'), '--out', at('m')], says: /write to folder `/, hint: /ls -ld/ },
    {
      words: ['build', '--merge', at('check', 'dist'), '--out', at('mine', 'dist')],
      says: /mine\/dist/,
      hint: /ls -ld/,
    },
    { words: ['keygen', '--out', at('k')], says: /the key cannot be written to/, hint: /--out NAME/ },
    { words: ['sign', at('check'), '--key', at('own.key'), '--repo', 'other'], says: /check\/dist/, hint: /ls -ld/ },
    {
      words: ['sign', at('check'), '--key', at('key.key')],
      code: 'KEY_UNREADABLE',
      says: /key\.key` cannot be read/,
      hint: /^name a private key of your own with `--key FILE`; `ls -l/,
    },
    {
      words: [
        'repo',
        'build',
        at('check', 'dist'),
        '-o',
        at('tree'),
        '--url',
        'https://x.example',
        '--public-key',
        at('key.pub'),
      ],
      says: /write to folder `/,
      hint: /ls -ld/,
    },
    { words: ['logout', '--registry', 'https://x.example'], says: /write to folder `/, hint: /ls -ld/ },
    ...(['closed', 'readable'] as const).flatMap((name) =>
      [
        ['serve', '--port', '0'],
        ['fsck'],
        ['gc'],
        ['audit'],
        ['repo', 'list'],
        ['repo', 'create', 'x'],
        ['token', 'list'],
        ['token', 'create', '--name', 'x', '--scope', 'core/*'],
      ].map((words) => ({ words: ['registry', ...words, ...data(name)], ...(name === 'closed' ? closed : readable) })),
    ),
    { words: ['demo', '--once', '--port', '9', '--demo-port', '10'], says: /plugins/, hint: /a clone of your own/ },
  ]
  const before = filesBelow(root)
  const ended = asNobody(
    root,
    rows.map(({ words }) => words),
  )
  for (const [index, { words, code: expected = 'IO_FAILED', says, hint }] of rows.entries()) {
    const { code, stderr } = ended[index] ?? { code: -1, stderr: '' }
    const line = `octo ${words.join(' ')}\n${stderr}`
    assert.ok(stderr.startsWith(`error[${expected}]: `), line)
    assert.equal(code, ERROR_CODES[expected].exit, line)
    assert.match(stderr, says, line)
    assert.match(stderr.split('\nhint: ')[1] ?? '', hint, line)
  }
  assert.deepEqual(filesBelow(root), before)
})

function canBeReadByAll(folder: string): boolean {
  const isOpen = (path: string): boolean =>
    (statSync(path).mode & 0o005) === 0o005 && (path === '/' || isOpen(join(path, '..')))
  return isOpen(folder) && readFileSync(RUNNER).length > 0
}
