import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aProject, GOOD, runTests } from '../support/machine/test-run.ts'

const LEFT: Readonly<Record<string, string>> = {
  'the variable OCTO_LEFT': "process.env.OCTO_LEFT = '1'",
  'the working directory': "process.chdir('..')",
  'the umask': 'process.umask(0o12)',
  'the exit code': 'process.exitCode = 3',
  'the words': "process.argv.push('more')",
  'the listeners of SIGTERM': "process.on('SIGTERM', () => {})",
  'globalThis.setTimeout': 'globalThis.setTimeout = setTimeout.bind(undefined)',
  'Date.now': 'Date.now = () => 0',
  'console.log': 'console.log = () => {}',
  'fs.readFileSync': "process.getBuiltinModule('fs').readFileSync = () => ''",
  'fs.promises.rename': "process.getBuiltinModule('fs').promises.rename = async () => {}",
  'the flags of V8': "process.getBuiltinModule('v8').setFlagsFromString('--no-opt')",
  'process.stdout.write': 'process.stdout.write = process.stdout.write.bind(process.stdout)',
}

test('files of a folder share a process, and one that leaves something of its own in it counts as failed', (t) => {
  const [first = '', ...others] = Object.values(LEFT)
  const folder = aProject(t, {
    'a.test.ts': `test('leaves one thing', () => { ${first} })`,
    'b.test.ts': `test('leaves the others', () => { ${others.join('; ')} })`,
    'z.test.ts': GOOD,
  })
  const { status, stdout, lastLine } = runTests(folder, [], { OCTO_TEST_CONCURRENCY: '1' })
  assert.deepEqual({ status, lastLine }, { status: 1, lastLine: '3 passed, 2 failed' }, stdout)
  const told = /✗ test\/([ab])\.test\.ts .*\n +the file as a whole\n.* it changed what the files after it find: (.*)\n/g
  const shown = Object.fromEntries(
    [...stdout.matchAll(told)].map(([, file, what = '']) => [file, what.split(', ').sort()]),
  )
  const [one, ...rest] = Object.keys(LEFT)
  assert.deepEqual(shown, { a: [one], b: rest.sort() }, stdout)
})
