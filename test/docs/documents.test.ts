// All documents: links lead somewhere, files that are named exist, commands and flags are known, decisions have their form.
import assert from 'node:assert/strict'
import { existsSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { WORDS } from '../../terminal/commands.ts'
import { blocksOf, readDocument, tableRows } from '../support/octo/document-blocks.ts'
import { octoIn } from '../support/octo/in-process-octo.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const DOCUMENTS = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...globSync('{docs/**/*.md,examples/**/*.md,sdk/*.md,plugins/**/*.md}', { cwd: ROOT }),
]

test('links between documents lead to files and headings that exist', () => {
  const broken = DOCUMENTS.flatMap((document) =>
    [...readDocument(document).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^https?:/.test(target) && !isThere(document, target))
      .map((target) => `${document}: ${target}`),
  )
  assert.deepEqual(broken, [])
})

test('every guard and test that docs/THREATS.md names is there', () => {
  const named = [...readDocument('docs/THREATS.md').matchAll(/`([\w/.-]+\.ts)`/g)].map(([, path = '']) => path)
  assert.ok(named.length > 40)
  assert.deepEqual(
    named.filter((path) => !existsSync(join(ROOT, path))),
    [],
  )
})

test('the README lists every word that octo knows, as octo itself says it', () => {
  const rows = tableRows('README.md', '## Commands').map(([word = '', summary]) => [word.replaceAll('`', ''), summary])
  assert.deepEqual(
    rows,
    WORDS.map(({ word, summary }) => [word, summary]),
  )
})

test('the README shows only what a test compares with a run', () => {
  const tests = globSync('test/**/*.test.ts', { cwd: ROOT }).map(readDocument).join('\n')
  const shown = blocksOf('README.md').filter(({ language }) => language !== 'sh')
  const compared = ({ language, kind }: (typeof shown)[number]) =>
    language === 'text' && kind !== '' && tests.includes(`showsRun('README.md', '${kind}'`)
  assert.ok(shown.length > 3)
  assert.deepEqual(
    shown.filter((block) => !compared(block)),
    [],
  )
})

test('every octo command in a document exists, with the flags that it is shown with', async () => {
  const flags = new Map<string, Set<string>>()
  for (const document of DOCUMENTS)
    for (const line of commandsOf(document)) {
      const words = /^octo ((?:registry |repo |token |key |cache |plugin |self )*[a-z]+)/.exec(line)?.[1] ?? ''
      const used = [...line.replace(/ -- .*/, '').matchAll(/(?<= )--[a-z-]+/g)].map(([flag]) => flag)
      flags.set(words, new Set([...(flags.get(words) ?? []), ...used]))
    }
  assert.ok(flags.size > 25)
  for (const [words, used] of flags) {
    const { code, stdout } = await octoIn({ cwd: ROOT }, [...words.split(' '), '--help'])
    assert.equal(code, 0, words)
    const unknown = [...used].filter((flag) => !new RegExp(`${flag}[ ,\n]`).test(stdout))
    assert.deepEqual(unknown, [], `octo ${words}`)
  }
})

test('decisions are numbered without a gap and say what they are', () => {
  const files = globSync('docs/adr/*.md', { cwd: ROOT }).sort()
  for (const [index, file] of files.entries()) {
    const number = String(index + 1).padStart(4, '0')
    const text = readDocument(file)
    assert.match(text, new RegExp(`^# ${number}: .+\n\nStatus: (accepted|superseded by \\d{4})\n`), file)
    for (const heading of ['Context', 'Options', 'Decision', 'Consequences'])
      assert.ok(text.includes(`\n## ${heading}\n`))
  }
})

/** Command lines in shell blocks, joined where a backslash breaks them. */
function commandsOf(document: string): string[] {
  return blocksOf(document)
    .filter(({ language }) => ['sh', 'text', ''].includes(language))
    .flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => line.replace(/ +#.*$/, '').trim())
    .filter((line) => /^octo [a-z]/.test(line))
}

function isThere(document: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? document : join(dirname(document), path)
  if (!existsSync(join(ROOT, file))) return false
  if (anchor === undefined) return true
  const headings = [...readDocument(file).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text)
  return headings.some((text) => anchorOf(text) === anchor)
}

/** As GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-')
}
