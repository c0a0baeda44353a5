// Guards of a small project are taken away in a real copy of it, and its real tests are asked.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { copyTree } from '../../../tools/mutation/copied-tree.ts'
import { findGuards } from '../../../tools/mutation/find-guards.ts'
import { testThatNotices } from '../../../tools/mutation/notice.ts'
import { openRecords } from '../../../tools/mutation/records.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const GUARDED = `export function half(n: number): number {
  if (n % 2 === 1 || n < 0) throw new Error('it cannot be halved')
  return n / 2
}
`
const TESTS = {
  near: "import { half } from '../half.ts'\nif (half(4) !== 2) throw new Error()\n",
  far: "import { half } from '../half.ts'\nlet refused = 0\nfor (const n of [3, 4]) try { half(n) } catch { refused++ }\nif (refused !== 1) throw new Error()\n",
  broken: "import '../half.ts'\nthrow new Error()\n",
}

function aProject(t: TestContext) {
  const [root, kept] = [tempFolder(t), tempFolder(t)]
  const files = Object.entries(TESTS).map(([name, text]) => ({ path: `test/${name}.test.ts`, text }))
  const asked: string[] = []
  return {
    asked,
    /** As one run of the tool, which of the tests notices that the guard of this text is gone. */
    async ask(
      guard: string,
      {
        text = GUARDED,
        order = ['near', 'far'] as readonly (keyof typeof TESTS)[],
        hasTime = true,
        maxLookedAt = 40,
      } = {},
    ) {
      const all = [...files, { path: 'half.ts', text }]
      for (const file of all) {
        mkdirSync(dirname(join(root, file.path)), { recursive: true })
        writeFileSync(join(root, file.path), file.text)
      }
      using tree = copyTree(
        root,
        all.map(({ path }) => path),
      )
      const found = findGuards(text).find((one) => one.text.startsWith(guard))
      assert.ok(found)
      asked.length = 0
      const said = <Answer>(words: string, answer: Answer) => {
        asked.push(words)
        return answer
      }
      const noticedBy = await testThatNotices(
        { file: { path: 'half.ts', text }, guard: found },
        {
          tree: {
            write: tree.write,
            run: (path, ms) => said(`asked ${path}`, tree.run(path, hasTime ? ms : 0)),
            cover: (path, ms) => said(`looked at ${path}`, tree.cover(path, ms)),
          },
          records: openRecords(kept, all),
          tests: order.map((name) => `test/${name}.test.ts`),
          maxTests: 14,
          maxLookedAt,
          onUnusable: (path) => asked.push(`unusable ${path}`),
        },
      )
      assert.equal(readFileSync(join(root, 'half.ts'), 'utf8'), text, 'the project itself stays as it was')
      return noticedBy
    },
  }
}

const [NEAR, FAR, BROKEN] = ['test/near.test.ts', 'test/far.test.ts', 'test/broken.test.ts']

test('a test that meets the refusal is asked before nearer ones that only pass by, and what a test runs is looked at once', async (t) => {
  const { ask, asked } = aProject(t)
  assert.equal(await ask('throw'), FAR)
  assert.deepEqual(asked, [`looked at ${NEAR}`, `looked at ${FAR}`, `asked ${FAR}`])
  assert.equal(await ask('n % 2'), FAR)
  assert.deepEqual(asked, [`asked ${FAR}`])
  assert.equal(await ask('n < 0'), undefined, 'a guard that no test misses is a survivor')
  assert.deepEqual(asked, [`asked ${FAR}`, `asked ${NEAR}`], 'after all that run it were asked')
  assert.equal(
    await ask('throw', { hasTime: false }),
    undefined,
    'a machine without time for a test is none that notices',
  )
  assert.deepEqual(asked, [`asked ${FAR}`, `asked ${FAR}`], 'once without the guard, once as it is')
  assert.equal(await ask('n % 2', { text: `// moved\n${GUARDED}` }), FAR)
  assert.deepEqual(asked, [`looked at ${NEAR}`, `looked at ${FAR}`, `asked ${FAR}`], 'as the guarded file is another')
})

test('what is written down is asked for, however many may be looked at, and a nearer test is looked at before it', async (t) => {
  const { ask, asked } = aProject(t)
  await ask('throw', { order: ['far'] })
  assert.equal(await ask('throw', { order: ['near', 'far'], maxLookedAt: 0 }), FAR)
  assert.deepEqual(asked, [`asked ${FAR}`])
  assert.equal(await ask('n < 0', { order: ['near', 'far'] }), undefined)
  assert.deepEqual(asked, [`looked at ${NEAR}`, `asked ${FAR}`, `asked ${NEAR}`])
})

test('no more tests are looked at than is said', async (t) => {
  const { ask, asked } = aProject(t)
  assert.equal(await ask('throw', { maxLookedAt: 1 }), undefined)
  assert.deepEqual(asked, [`looked at ${NEAR}`])
})

test('a test that fails as it is notices nothing, and that is said', async (t) => {
  const { ask, asked } = aProject(t)
  assert.equal(await ask('throw', { order: ['broken', 'near'] }), undefined)
  assert.deepEqual(asked, [`looked at ${BROKEN}`, `unusable ${BROKEN}`, `looked at ${NEAR}`])
})
