// The sdk as others install it: a package that npm packs, whose JavaScript runs and whose types are found.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import test from 'node:test'
import { writeSdkPackage } from '../../tools/sdk/write-package.ts'
import { filesBelow, tempFolder } from '../support/machine/temp-folder.ts'

const ROOT = join(import.meta.dirname, '../..')

test('a project outside this repository imports it, and its types fit', async (t) => {
  const folder = tempFolder(t)
  const packed = join(folder, 'packed')
  await writeSdkPackage(ROOT, relative(ROOT, packed))
  const { exports, dependencies } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8'))
  for (const { types, default: file } of Object.values<{ types: string; default: string }>(exports))
    for (const path of [types, file]) assert.ok(filesBelow(packed).includes(path.slice(2)), path)
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '@octocompose'), { recursive: true })
  cpSync(packed, join(modules, '@octocompose/sdk'), { recursive: true })
  for (const name of [...Object.keys(dependencies), '@types'])
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  writeFileSync(
    join(folder, 'main.ts'),
    `import { defineCheck, ok } from '@octocompose/sdk'
import { defineOperator } from '@octocompose/sdk/operator'
import { definePlugin } from '@octocompose/sdk/service'

const check = defineCheck({
  name: 'x', version: '1.0.0', summary: 'x holds',
  options: { n: { type: 'integer', default: 1, description: 'a number' } },
  run: ({ options: { n } }) => ok(\`n is \${n.toFixed(1)}\`),
})
const result = await check.evaluate(['--n=7'])
const summary: string = result.summary
console.log(summary, typeof defineOperator, typeof definePlugin)
`,
  )
  const settings = {
    target: 'esnext',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: ['node'],
    lib: ['esnext'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: settings, files: ['main.ts'] }))
  // Without its garbage collector, which finds little in so short a time.
  const tsc = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.', '--singleThreaded'],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, GOGC: 'off' } },
  )
  assert.equal(tsc.status, 0, tsc.stdout)
  const ran = spawnSync(process.execPath, ['main.ts'], { cwd: folder, encoding: 'utf8' })
  assert.equal(ran.stdout, 'n is 7.0 function function\n', ran.stderr)
})
