// What `octo info`, `why`, `lock` and `check --quiet` answer to people.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ARGUMENTS, aTypedScene } from '../../support/octo/typed-scene.ts'

test('locking nothing says so and writes no lockfile', async (t) => {
  const { folder, octo } = await aTypedScene(t)
  writeFileSync(join(folder, 'empty.yaml'), 'operator: {repos: {}}\n')
  const { code, stdout } = await octo('lock', '--config', 'empty.yaml')
  assert.deepEqual([code, stdout], [0, 'the config asks for no plugin, so there is nothing to lock\n'])
  assert.equal(existsSync(join(folder, 'octo.lock')), false)
})

test('info shows arguments, output and sizes to people and machines', async (t) => {
  const { octo } = await aTypedScene(t)
  const { stdout } = await octo('info', 'hello')
  assert.match(stdout, /output +check\/v1/)
  assert.match(stdout, /needs +nothing declared/)
  assert.match(stdout, /^argument +type +default +description$/m)
  assert.match(stdout, /^port +integer +required$/m)
  assert.match(stdout, /linux_amd64 \(\d+ B\)/)
  const [found] = JSON.parse((await octo('info', 'hello', '--json')).stdout)
  assert.deepEqual(
    [found.release.version, found.release.arguments, found.release.output],
    ['1.0.0', ARGUMENTS, 'check/v1'],
  )
  assert.equal(found.withdrawn, null)
})

test('why calls a release candidate what it is', async (t) => {
  const { folder, octo } = await aTypedScene(t)
  writeFileSync(
    join(folder, 'octo.yaml'),
    readFileSync(join(folder, 'octo.yaml'), 'utf8').replace(/services: .*/, 'plugins: {early: {prerelease: true}}'),
  )
  const before = await octo('why', 'early')
  assert.match(before.stdout, /would give 1\.0\.0-rc\.1 now: it is a pre-release, and the newest version/)
  assert.equal((await octo('lock')).code, 0)
  const { stdout } = await octo('why', 'early')
  assert.match(stdout, /locked: +1\.0\.0-rc\.1 .*answering any version, pre-releases included/)
  assert.doesNotMatch(stdout, /stable/)
})

test('check --quiet prints what failed, and nothing when nothing did', async (t) => {
  const { folder, octo } = await aTypedScene(t)
  const well = await octo('check', '--quiet')
  assert.deepEqual([well.code, well.stdout], [0, ''], well.stderr)
  const text = readFileSync(join(folder, 'octo.yaml'), 'utf8')
  writeFileSync(join(folder, 'octo.yaml'), text.replace('{tool: check-tcp}', '{tool: hello, args: {port: x}}'))
  const bad = await octo('check', '--quiet')
  assert.equal(bad.code, 1)
  assert.match(bad.stdout, /^unknown +web/m)
  assert.doesNotMatch(bad.stdout, /^ok/m)
})

test('what the lockfile holds and the config does not ask for is called so', async (t) => {
  const { folder, octo } = await aTypedScene(t)
  const path = join(folder, 'octo.yaml')
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, `${text}  plugins: {hello: {}}\n`)
  assert.equal((await octo('lock')).code, 0)
  writeFileSync(path, text)
  const { stdout } = await octo('list')
  assert.match(stdout, /^hello +not by the config/m)
  assert.match(stdout, /^check-tcp +any/m)
  const { code, stderr } = await octo('update', 'hello')
  assert.deepEqual([code, /hint: .*operator: \{plugins: \{hello: \{\}\}\}/.test(stderr)], [66, true], stderr)
  assert.match((await octo('lock')).stdout, /^- core\/hello 1\.0\.0: the config does not ask for it$/m)
})

test('an option that run does not have is not put to the plugin where its words have their `--`', async (t) => {
  const { octo } = await aTypedScene(t)
  const meantForOcto = await octo('run', 'hello', '--json', '--', '--path=/x')
  assert.match(meantForOcto.stderr, /unknown option `--json`.*hint": "run `octo run --help`"/s)
  const meantForPlugin = await octo('run', 'hello', '--json')
  assert.match(meantForPlugin.stderr, /`octo run hello -- --json`/)
})

test('a version or a phase that there is nothing of leads to what there is', async (t) => {
  const { octo } = await aTypedScene(t)
  const version = await octo('run', 'hello@9')
  assert.match(version.stderr, /VERSION_NOT_FOUND.*hint: `octo info hello` lists its versions/s)
  const phase = await octo('check', 'web', '--phase', 'init')
  assert.match(phase.stderr, /hint: `octo add PLUGIN --service web --phase init` writes one/)
})
