// Nobody but system/ and those of tools/reach-table.ts starts programs, connects or listens.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkPatterns } from '../../tools/check-patterns.ts'
import { checkReach } from '../../tools/check-reach.ts'
import { REACH_TABLE } from '../../tools/reach-table.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const ROOT = join(import.meta.dirname, '../..')

const DENIED: readonly (readonly [path: string, text: string, instead: RegExp])[] = [
  ['client/a.ts', "import { spawn } from 'node:child_process'", /^start programs by system\/process\//],
  ['operator/a.ts', "import type { A } from './a.ts'\nimport { execFileSync as run } from 'child_process'", /^start/],
  ['operator/a.ts', "import { isIP, connect as c } from 'node:net'", /^connect by/],
  ['operator/a.ts', "import {\n  BlockList,\n  type Socket,\n  createConnection,\n} from 'node:net'", /^connect by/],
  ['operator/services/control/control.ts', "import { createConnection, createServer } from 'node:net'", /^connect by/],
  ['registry/a.ts', "import { createServer } from 'node:http'", /^only servers listen/],
  ['registry/a.ts', "const { createServer } = await import('node:http')", /^only servers listen/],
  ['publisher/a.ts', "import * as tls from 'node:tls'", /^connect by/],
  ['publisher/a.ts', "import https from 'node:https'", /^connect by/],
  ['publisher/a.ts', "export * from 'node:http2'", /^connect by/],
  ['config/a.ts', "const socket = process.getBuiltinModule('node:dgram').createSocket('udp4')", /^connect by/],
  ['config/a.ts', "const { request } = require(isTls ? 'https' : 'http')", /^connect by/],
  ['demo/a.ts', "const { Pool } = await import('undici')", /^connect by/],
]

for (const [path, text, instead] of DENIED)
  test(`${path} may not say \`${text.replaceAll('\n', ' ')}\`, and is told what to do instead`, () => {
    const findings = checkReach([{ path, text }])
    assert.deepEqual(
      findings.map(({ file, rule, line }) => [file, rule, line]),
      [[path, 'reach', text.startsWith('import type') ? 2 : 1]],
    )
    assert.match(findings[0]?.instead ?? '', instead)
  })

const ALLOWED: readonly (readonly [path: string, text: string])[] = [
  ['system/process/a.ts', "import { spawn } from 'node:child_process'"],
  ['system/http/a.ts', "const socket = process.getBuiltinModule('node:net').connect(options)"],
  ['registry/server/listen.ts', "import { createServer } from 'node:http'"],
  ['sdk/a.ts', "import { connect } from 'node:net'"],
  ['client/a.ts', "import type { Socket } from 'node:net'"],
  ['client/a.ts', "import { BlockList, isIP, type Socket } from 'node:net'"],
  ['client/a.ts', "type Http = typeof import('node:http')"],
  ['client/a.ts', "import { readFileSync } from 'node:fs'\nimport { request } from './http.ts'"],
  [
    'client/a.ts',
    "// import { spawn } from 'node:child_process'\nconst text = `\nimport { spawn } from 'node:child_process'`",
  ],
]

for (const [path, text] of ALLOWED)
  test(`${path} may say \`${text.replaceAll('\n', ' ')}\``, () => {
    assert.deepEqual(checkReach([{ path, text }]), [])
  })

test('what the platform itself offers to connect by is refused in octo, and a parameter of the same name is not', (t) => {
  const folder = tempFolder(t)
  copyFileSync(join(ROOT, 'biome.json'), join(folder, 'biome.json'))
  const planted = {
    'client/bare.ts': "export const answer = await fetch('http://a')\n",
    'demo/bare.ts': "export const socket = new WebSocket('ws://a')\n",
    'client/given.ts': 'export const ask = (fetch: (url: string) => string) => fetch("http://a")\n',
    'sdk/bare.ts': "export const answer = await fetch('http://a')\n",
  }
  for (const [path, text] of Object.entries(planted)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome')
  const { stdout } = spawnSync(process.execPath, [biome, 'lint', '--only=noRestrictedGlobals', '--reporter=json'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const found = Object.keys(planted).filter((path) => stdout.includes(path))
  assert.deepEqual(found, ['client/bare.ts', 'demo/bare.ts'])
  const text = '// Why.\nexport const answer = await globalThis.fetch(url)\n'
  assert.deepEqual(
    checkPatterns([{ path: 'client/a.ts', text }]).map(({ rule, line }) => [rule, line]),
    [['reach', 2]],
  )
})

test('every row of the table is about a file or folder that is there', () => {
  assert.deepEqual(
    Object.keys(REACH_TABLE).filter((path) => !existsSync(join(ROOT, path))),
    [],
  )
})
