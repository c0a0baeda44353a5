// octo login, logout and whoami: one private file, one token per registry, nothing shown.
import assert from 'node:assert/strict'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { listening } from '../../support/machine/listening.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { runOcto } from '../../support/octo/run-octo.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

test('login checks the token, keeps it for its registry in a private file, and logout forgets it', async (t) => {
  const registry = await startTestRegistry(t)
  const home = tempFolder(t)
  const file = join(home, '.config/octo/tokens.json')
  const at = ['--registry', registry.url]
  const login = await runOcto(['login', ...at, '--token-file', '-'], {
    cwd: home,
    input: `${registry.token}\n`,
    umask: 0,
  })
  assert.equal(login.code, 0, login.stderr)
  assert.ok(!`${login.stdout}${login.stderr}`.includes(registry.token))
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.equal((await stat(join(home, '.config/octo'))).mode & 0o777, 0o700)
  assert.deepEqual((await readdir(join(home, '.config/octo'))).toSorted(), ['tokens.json', 'tokens.json.lock'])
  const who = await typeOcto(['whoami', ...at, '--json'], { cwd: home })
  assert.deepEqual(JSON.parse(who.stdout).scopes[0].repo, '*')
  assert.equal((await typeOcto(['logout', ...at], { cwd: home })).code, 0)
  assert.ok(!(await readFile(file, 'utf8')).includes(registry.token))
  const after = await typeOcto(['whoami', ...at], { cwd: home })
  assert.equal(after.code, 77)
  assert.match(after.stderr, /hint: `octo login/)
})

test('a token that the registry does not know is not kept', async (t) => {
  const registry = await startTestRegistry(t)
  const home = tempFolder(t)
  await writeFile(join(home, 'token'), `octo_${'x'.repeat(49)}`, { mode: 0o600 })
  const words = ['login', '--registry', registry.url, '--token-file', join(home, 'token'), '--json']
  const { code, stderr } = await typeOcto(words, { cwd: home })
  assert.equal(code, 77)
  assert.equal(JSON.parse(stderr).error.code, 'UNAUTHENTICATED')
  assert.deepEqual(await readdir(home), ['token'])
})

test('a token is never sent to another registry, and never taken from words that are none', async (t) => {
  const [one, other] = await Promise.all([startTestRegistry(t), startTestRegistry(t)])
  const home = tempFolder(t)
  await writeFile(join(home, 'token'), one.token, { mode: 0o600 })
  const login = ['login', '--registry', one.url, '--token-file', join(home, 'token')]
  assert.equal((await typeOcto(login, { cwd: home })).code, 0)
  assert.equal((await typeOcto(['whoami', '--registry', other.url], { cwd: home })).code, 77)
  assert.ok(!other.logs.join('').includes('whoami'), 'the other registry was not even asked')
  const given = (file: string) => ['whoami', '--registry', one.url, '--token-file', file]
  assert.equal((await runOcto(given('-'), { cwd: home, input: '' })).code, 77)
  for (const text of ['two words here', 'short']) {
    await writeFile(join(home, 'token'), text, { mode: 0o600 })
    assert.equal((await typeOcto(given(join(home, 'token')), { cwd: home })).code, 77, text)
  }
})

test('a token for this machine does not pass through a proxy', async (t) => {
  const registry = await startTestRegistry(t)
  let asked = 0
  const proxy = await listening(
    t,
    createServer((_request, response) => void response.end(String(++asked))),
  )
  const env = { OCTO_TOKEN: registry.token, HTTP_PROXY: `http://127.0.0.1:${proxy}`, NODE_USE_ENV_PROXY: '0' }
  assert.equal((await typeOcto(['whoami', '--registry', registry.url], { env })).code, 0)
  assert.equal(asked, 0)
})

test('tokens that others can read are not used', async (t) => {
  const registry = await startTestRegistry(t)
  const home = tempFolder(t)
  const file = join(home, 'octo/tokens.json')
  await mkdir(join(home, 'octo'))
  await writeFile(file, JSON.stringify({ format: 'octo.tokens/v1', tokens: { [registry.url]: registry.token } }))
  await chmod(file, 0o644)
  const env = { XDG_CONFIG_HOME: home }
  const refused = await typeOcto(['whoami', '--registry', registry.url, '--json'], { env })
  assert.equal(JSON.parse(refused.stderr).error.code, 'TOKEN_UNREADABLE')
  await chmod(file, 0o600)
  assert.equal((await typeOcto(['whoami', '--registry', registry.url], { env })).code, 0)
})

test('a named file comes before OCTO_TOKEN, and that before the stored token', async (t) => {
  const registry = await startTestRegistry(t)
  const home = tempFolder(t)
  const scopes = ['core/a:publish', 'core/b:publish', 'core/c:publish']
  const tokens = await Promise.all(scopes.map((scope) => registry.createToken([scope])))
  const [stored = '', fromEnv = '', fromFile = ''] = tokens.map(({ token }) => token)
  await writeFile(join(home, 'stored'), stored, { mode: 0o600 })
  const login = ['login', '--registry', registry.url, '--token-file', join(home, 'stored')]
  assert.equal((await typeOcto(login, { cwd: home })).code, 0)
  await writeFile(join(home, 'token'), fromFile, { mode: 0o600 })
  const whoami = async (env: Record<string, string>, ...more: string[]) => {
    const run = await typeOcto(['whoami', '--registry', registry.url, '--json', ...more], { cwd: home, env })
    return JSON.parse(run.stdout).scopes[0].plugin
  }
  assert.equal(await whoami({}), 'a')
  assert.equal(await whoami({ OCTO_TOKEN: fromEnv }), 'b')
  assert.equal(await whoami({ OCTO_TOKEN: fromEnv }, '--token-file', join(home, 'token')), 'c')
})

test('who names no registry is told of the logins that are stored, by lines that work, and none is taken', async (t) => {
  const [registry, other] = await Promise.all([startTestRegistry(t), startTestRegistry(t)])
  const home = tempFolder(t)
  const login = async ({ url, token }: { readonly url: string; readonly token: string }) => {
    await writeFile(join(home, 'token'), token, { mode: 0o600 })
    const run = await typeOcto(['login', '--registry', url, '--token-file', join(home, 'token')], { cwd: home })
    assert.equal(run.code, 0, run.stderr)
  }
  const without = (...words: readonly string[]) => typeOcto(words, { cwd: home })
  assert.match((await without('whoami')).stderr, /hint: pass `--registry https:/)
  await login(registry)
  const requests = () => registry.logs.filter((line) => line.includes('"path"')).length
  const asked = requests()
  assert.ok(asked > 0)
  for (const words of [['whoami'], ['logout'], ['yank', 'core/hello@1.0.0', '--reason', 'x']]) {
    const { code, stderr } = await without(...words)
    assert.equal(code, 64, stderr)
    assert.ok(stderr.includes(`hint: add \`--registry ${registry.url}\`; \`octo whoami --registry`), stderr)
  }
  assert.equal(requests(), asked)
  await login(other)
  const several = await without('whoami')
  for (const { url } of [registry, other]) assert.ok(several.stderr.includes(`\`--registry ${url}\``), several.stderr)
  const [, line = ''] = /`octo (whoami [^`]+)`/.exec(several.stderr) ?? []
  assert.equal((await without(...line.split(' '))).code, 0, line)
  await chmod(join(home, '.config/octo/tokens.json'), 0o644)
  assert.match((await without('whoami')).stderr, /error\[USAGE\]: no registry is named\n/)
})
