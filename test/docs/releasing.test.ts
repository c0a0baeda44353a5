import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

// What the commands do is asked in test/interop/packages.test.ts, test/tools/release/ and test/journeys/.
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(ROOT + path, 'utf8')
const commandsOf = (path: string) =>
  [...read(path).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.trim().split('\n'))
const commands = commandsOf('docs/RELEASING.md')

test('each script and tool that a release is made with is there', () => {
  const { scripts } = JSON.parse(read('package.json'))
  const named = commands.flatMap((line) => /^npm run ([\w:]+)/.exec(line)?.[1] ?? [])
  assert.deepEqual(named, ['package', 'package', 'sdk'])
  for (const name of named) assert.ok(scripts[name], name)
  for (const line of commands)
    for (const [path] of line.matchAll(/\btools\/\S+\.ts/g)) assert.ok(existsSync(ROOT + path), path)
})

test('octo is released by the same commands as the page for those who update it says', () => {
  const tools = (lines: readonly string[]) => lines.filter((line) => /^(?:tar|octo publish|node_modules)\b/.test(line))
  assert.deepEqual(tools(commands), tools(commandsOf('docs/UPDATING.md')))
  assert.equal(tools(commands).length, 4)
})
