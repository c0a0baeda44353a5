// An install that finds everything locked and in place is mostly the time that loading takes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

const ROOT = join(import.meta.dirname, '../..')
const url = (path: string) => JSON.stringify(pathToFileURL(join(ROOT, path)).href)

/** Prints what was loaded by then: modules of ours and of packages by path, Node's own by name. */
const PROGRAM = `
import { registerHooks } from 'node:module'
const loaded = []
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
const { openTerminal } = await import(${url('terminal/terminal.ts')})
const { createClient } = await import(${url('client/create-client.ts')})
await import(${url('client/commands/install.ts')})
const { openHttp } = await import(${url('system/http/open-http.ts')})
openTerminal()
using http = await openHttp({ env: {} })
console.log(JSON.stringify([...loaded, ...process.moduleLoadList]))
`

test('what installs locked plugins loads nothing that resolves, unpacks, encrypts, draws or asks', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  assert.equal(status, 0, stderr)
  const loaded = JSON.parse(stdout) as string[]
  assert(loaded.some((name) => name.endsWith('/client/install/fetch-artifact.ts')))
  const needless = [
    /\/client\/resolve\/resolve/,
    /\/client\/sources\/plain\/plain-plugin/,
    /\/node_modules\/(string-width|tar|hono|better-sqlite3|ajv)\//,
    /^NativeModule (zlib|https|tls|_tls_wrap|undici|tty|internal\/deps\/undici\/undici)$/,
  ]
  assert.deepEqual(
    loaded.filter((name) => needless.some((pattern) => pattern.test(name))),
    [],
  )
})
