// The contract of checks in three languages: the same plugin, written with the sdk and with each single file, answers the same to the
// same words, documents, deadlines and signals. The fourth, Go, is asked in test/interop.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { triesEveryCase } from '../support/machine/full-form.ts'
import { PYTHON } from '../support/machine/python.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import type { Language } from '../support/sdk/contract-of-checks.ts'
import {
  answersAsTheContractSays,
  document,
  ended,
  start,
  summaryOf,
  writePlugin,
} from '../support/sdk/contract-of-checks.ts'

const FORKS = join(import.meta.dirname, '../fixtures/contracts/forks.py')

const LANGUAGES: Readonly<Record<string, Language>> = {
  node: {
    own: 'node/octo-check.mjs',
    demo: 'demo.mjs',
    isMade: true,
    run: (dir) => [process.execPath, join(dir, 'demo.mjs')],
  },
  python: {
    own: 'python/octo_check.py',
    demo: 'demo.py',
    needs: [PYTHON, '--version'],
    run: (dir) => [PYTHON, '-E', '-s', '-B', join(dir, 'demo.py')],
    ...(triesEveryCase ? {} : { forks: (dir) => [PYTHON, '-E', '-s', '-B', FORKS, join(dir, 'demo.py')] }),
  },
  shell: {
    own: 'shell/octo-check.sh',
    demo: 'demo.sh',
    needs: ['sh', '-c', 'awk "BEGIN { exit }"'],
    run: (dir) => ['sh', join(dir, 'demo.sh')],
  },
  ...Object.fromEntries(
    [['gawk'], ['busybox', 'awk']].map((words) => [`shell, with awk of ${words[0]},`, shellWith(words)]),
  ),
}

for (const [name, language] of Object.entries(LANGUAGES)) {
  const { needs } = language
  const skip = needs !== undefined && spawnSync(needs[0], needs.slice(1)).status !== 0 && `needs ${needs[0]}`
  test(`${name} answers as the contract says`, { skip }, async (t) => {
    const dir = tempFolder(t)
    await answersAsTheContractSays(writePlugin(dir, language), name, { ...language, forks: language.forks?.(dir) })
  })
}

test('a shell whose awk ends over the document says so, and does not look as if nothing was asked for', async (t) => {
  const dir = tempFolder(t)
  const shell = writePlugin(dir, LANGUAGES.shell as Language)
  const path = `PATH=${process.env.PATH}`
  writeFileSync(join(dir, 'awk'), `#!/bin/sh\n${path}\ncase $1 in *members*) exit 2 ;; esac\nexec awk "$@"\n`, {
    mode: 0o755,
  })
  const program = ['env', `PATH=${dir}:${process.env.PATH}`, ...shell]
  const { code, out } = await ended(start(program, document({ mode: 'critical' })))
  assert.deepEqual([code, summaryOf(out)], [3, 'demo failed: standard input cannot be read by this awk'])
})

test('a deadline in the middle of a line of python is told on a line of its own', {
  skip: spawnSync(PYTHON, ['--version']).status !== 0 && `needs ${PYTHON}`,
}, async (t) => {
  const dir = tempFolder(t)
  const [file = '', ...words] = writePlugin(dir, LANGUAGES.python as Language)
  const text = `import time
from octo_check import Check, ok
check = Check("demo", "1.2.3", "all is well")
@check.run
def look(options, deadline):
    print("looking ", end="", flush=True)
    time.sleep(20)
check.main()
`
  writeFileSync(join(dir, 'demo.py'), text)
  const { code, out } = await ended(start([file, ...words], { argv: [], deadlineMs: Date.now() + 900 }))
  assert.deepEqual([code, summaryOf(out)], [3, 'no result before the deadline'])
})

/** What a backslash means differs from awk to awk. `OCTO_TEST_GAWK` and `OCTO_TEST_BUSYBOX` name those that are not in PATH. */
function shellWith([program = '', ...words]: readonly string[]): Language {
  const named = process.env[`OCTO_TEST_${program.toUpperCase()}`] ?? program
  return {
    own: 'shell/octo-check.sh',
    demo: 'demo.sh',
    needs: [named, ...words, 'BEGIN { exit }'],
    run(dir) {
      writeFileSync(join(dir, 'awk'), `#!/bin/sh\nexec ${[named, ...words].join(' ')} "$@"\n`, { mode: 0o755 })
      return ['env', `PATH=${dir}:${process.env.PATH}`, 'sh', join(dir, 'demo.sh')]
    },
  }
}
