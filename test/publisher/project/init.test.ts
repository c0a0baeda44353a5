// octo init: every template builds and its artifact runs as it stands; nothing is ever written over.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { readProject } from '../../../publisher/project/read-project.ts'
import { LICENCES, TEMPLATE_NAMES } from '../../../publisher/project/templates.ts'
import { ANY } from '../../../schemas/platform.ts'
import { triesEveryCase } from '../../support/machine/full-form.ts'
import { lacksPty, runOnPty } from '../../support/machine/pty.ts'
import { PYTHON } from '../../support/machine/python.ts'
import { openScreen } from '../../support/machine/screen.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { commandOf, goesFromTemplateToRun, worksForBuilds } from '../../support/publisher/check-template.ts'

const OWN_TESTS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  node: [process.execPath, '--test', 'test/check.test.mjs'],
  python: [PYTHON, '-B', '-m', 'unittest'],
  shell: ['sh', 'test.sh'],
}
/** Tried in test/interop, as their compilers take longer than all that is here. */
const COMPILED = ['go', 'rust']
const OCTO = join(import.meta.dirname, '../../../bin/octo.js')
for (const name of TEMPLATE_NAMES.filter(isTriedHere)) {
  const skip = name === 'python' && !worksForBuilds(PYTHON, ['--version']) && `needs ${PYTHON}`
  test(`the template ${name} passes its own test and octo’s check, is published and runs`, { skip }, (t) =>
    goesFromTemplateToRun(t, {
      name,
      test: OWN_TESTS[name] ?? ['false'],
      // It starts octo five times; test/plugin-test has a check go all that way.
      isTested: triesEveryCase,
      isBrief: !triesEveryCase && name !== 'shell',
    }),
  )
}

function isTriedHere(name: string): boolean {
  return name !== 'operator' && !name.startsWith('ocm-') && !COMPILED.includes(name)
}

test('the template operator builds, and runs services as octo calls it', async (t) => {
  const dir = join(tempFolder(t), 'my-operator')
  assert.equal((await typeOcto(['init', dir, '--template', 'operator', '--repo', 'core'])).code, 0)
  const built = await typeOcto(['build', dir, '--json'])
  assert.equal(built.code, 0, built.stderr)
  const config = join(dir, 'config.json')
  const services = {
    one: { command: ['sh', '-c', 'echo "$A $B"; exit 7'], environment: { A: 'a', B: 2 } },
    off: { command: ['sh', '-c', 'echo off'], enabled: false },
    bare: { image: 'x' },
  }
  await writeFile(config, JSON.stringify({ name: 'try', services }))
  const program = await commandOf(JSON.parse(built.stdout).platforms.any, dir)
  const call = (...words: readonly string[]) => {
    const [file = '', ...argv] = [...program, '--config', config, '--log-level', 'info', ...words]
    const { status, stdout, stderr } = spawnSync(file, argv, { encoding: 'utf8' })
    return { status, stdout, stderr }
  }
  const listed = 'one\tsh -c echo "$A $B"; exit 7\n'
  assert.deepEqual(call('start'), { status: 7, stdout: 'a 2\n', stderr: '' })
  assert.deepEqual(call('start', '--dry-run'), { status: 0, stdout: listed, stderr: '' })
  assert.deepEqual(call('status'), { status: 0, stdout: listed, stderr: '' })
  assert.deepEqual(call('exec', '--', 'one', 'sh', '-c', 'echo $A; exit 3'), { status: 3, stdout: 'a\n', stderr: '' })
  for (const [words, status, problem] of [
    [['start', 'off'], 78, /no service off with a command, expected one of one/],
    [['stop'], 64, /there is no `stop`/],
    [['exec', 'one'], 64, /which command/],
    [['start', '--force'], 64, /--force/],
    [['exec', 'one', '/no/such/program'], 127, /cannot be started: ENOENT/],
  ] as const) {
    const { status: found, stderr } = call(...words)
    assert.equal(found, status, stderr)
    assert.match(stderr, problem)
  }
})

const VARIABLE = /\bOCTO_[A-Z_]+/g
/** Three are read by octo itself. */
const READ_BY_JOBS = ['$OCTO_REGISTRY', '$OCTO_TOKEN', '$OCTO_SIGNING_KEY'].concat(
  readFileSync(new URL('../../../ci/octo.gitlab-ci.yml', import.meta.url), 'utf8')
    .match(/\$\{?OCTO_[A-Z_]+/g)
    ?.map((use) => use.replace('{', '')) ?? [],
)

test('every template is a valid project with a licence, pipelines, a changelog and a README that becomes its page', async (t) => {
  for (const template of TEMPLATE_NAMES) {
    const dir = join(tempFolder(t), 'my-check')
    const { code, stdout } = await typeOcto(['init', dir, '--template', template, '--json'])
    assert.equal(code, 0)
    assert.deepEqual(JSON.parse(stdout).files, filesBelow(dir))
    const pipelines = ['.github/workflows/plugin.yml', '.gitlab-ci.yml']
    for (const file of ['.gitignore', 'CHANGELOG.md', 'LICENSE', 'README.md', 'plugin.yaml', ...pipelines])
      assert.ok(filesBelow(dir).includes(file), `${template} has ${file}`)
    for (const file of pipelines) assert.ok(parse(await readFile(join(dir, file), 'utf8')), file)
    const { manifest, released } = await readProject(dir)
    assert.equal(manifest.name, 'my-check')
    assert.equal(manifest.repo, undefined)
    // Archives are no plugins to `ocm`.
    if (manifest.protocol === 'ocm') assert.equal(manifest.platforms[ANY]?.file, 'out/my-check')
    assert.match(released.readme ?? '', /# my-check/)
    // The check that the README shows runs in the phase that the plugin says it is for.
    if (manifest.category === 'health')
      assert.match(released.readme ?? '', /^ {4}my-service:\n {6}health:\n {8}- \{tool: my-check/m)
    const named = (await readFile(join(dir, '.gitlab-ci.yml'), 'utf8')).match(VARIABLE) ?? []
    assert.ok(named.length > 0)
    for (const variable of named)
      assert.ok(READ_BY_JOBS.includes(`$${variable}`), `${template}: ${variable} is read by no job`)
    for (const file of filesBelow(dir))
      assert.doesNotMatch(await readFile(join(dir, file), 'utf8'), /(?<!@)__[A-Z]/, file)
  }
})

test('the tests of a service plugin fail with a Node that reads no TypeScript', async (t) => {
  const dir = join(tempFolder(t), 'my-plugin')
  assert.equal((await typeOcto(['init', dir, '--template', 'ocm-signing-handler'])).code, 0)
  const { scripts } = JSON.parse(await readFile(join(dir, 'package.json'), 'utf8'))
  const env = { PATH: `${join(process.execPath, '..')}:${process.env.PATH}`, NODE_OPTIONS: '--no-strip-types' }
  assert.equal(spawnSync('sh', ['-c', scripts.test], { cwd: dir, env }).status, 1)
})

test('the README says `--repo` only where plugin.yaml names no repo', async (t) => {
  for (const [options, publish] of [
    [['--repo', 'acme'], '\nocto publish --registry https://plugins.example.com --key octo.key\n'],
    [[], '\nocto publish --registry https://plugins.example.com --repo my-repo --key octo.key\n'],
  ] as const) {
    const dir = join(tempFolder(t), 'my-check')
    assert.equal((await typeOcto(['init', dir, '--template', 'shell', ...options])).code, 0)
    assert.ok((await readFile(join(dir, 'README.md'), 'utf8')).includes(publish), publish)
  }
})

test('writes nothing where a file exists already', async (t) => {
  const dir = tempFolder(t)
  await writeFile(join(dir, 'README.md'), 'mine')
  const { code, stderr } = await typeOcto(['init', dir, '--template', 'shell', '--name', 'x'])
  assert.equal(code, 73)
  assert.match(stderr, /ALREADY_EXISTS.*`README.md`/)
  assert.deepEqual(await readdir(dir), ['README.md'])
  assert.equal(await readFile(join(dir, 'README.md'), 'utf8'), 'mine')
})

test('refuses names that no registry takes and templates that do not exist', async (t) => {
  const dir = tempFolder(t)
  for (const name of ['My_Plugin', '-x', 'con', '../x']) {
    const { code } = await typeOcto(['init', join(dir, 'a'), '--template', 'shell', `--name=${name}`])
    assert.equal(code, 65, name)
  }
  assert.equal((await typeOcto(['init', join(dir, 'a'), '--template', 'cobol'])).code, 64)
  assert.equal((await typeOcto(['init', join(dir, 'a'), '--template', 'shell', '--license', 'GPL-7.0'])).code, 64)
  assert.deepEqual(await readdir(dir), [])
})

test('without a template, and without a person to ask, the templates are named, and one command line', async (t) => {
  const dir = tempFolder(t)
  const { code, stderr } = await typeOcto(['init', join(dir, 'my check')])
  assert.equal(code, 64)
  for (const name of TEMPLATE_NAMES) assert.ok(stderr.includes(`\`${name}\``), name)
  assert.ok(stderr.includes(`octo init '${join(dir, 'my check')}' --template shell`), stderr)
  assert.deepEqual(await readdir(dir), [])
})

test('the licence that is asked for is that of the project, in all of its files', async (t) => {
  for (const licence of LICENCES)
    for (const template of ['shell', 'rust']) {
      const dir = join(tempFolder(t), 'my-check')
      assert.equal((await typeOcto(['init', dir, '--template', template, '--license', licence])).code, 0)
      const { released } = await readProject(dir)
      const isNone = licence === 'none'
      assert.equal(released.license, isNone ? undefined : licence)
      assert.equal(filesBelow(dir).includes('LICENSE'), !isNone)
      const cargo = template === 'rust' ? await readFile(join(dir, 'Cargo.toml'), 'utf8') : ''
      assert.equal(/^license = "(.*)"$/m.exec(cargo)?.[1], template === 'rust' && !isNone ? licence : undefined)
    }
})

test('at a terminal the templates are offered, and what is chosen is written', { skip: lacksPty() }, async (t) => {
  const cwd = tempFolder(t)
  const screen = openScreen({ columns: 100, rows: 40 })
  const place = { cwd, env: { TERM: 'xterm-256color' }, columns: 100, rows: 40 }
  const octo = runOnPty([process.execPath, OCTO, 'init'], screen, place)
  t.after(octo.hangUp)
  const shows = (text: string) => screen.until((lines) => lines.some((line) => line.includes(text)))
  await shows('node (a check in JavaScript')
  octo.type('\u001b[B')
  await shows('python (a check in Python')
  octo.type('\r')
  await shows('Folder for it')
  octo.type('my-look\r')
  await shows('Which licence?')
  octo.type('\r')
  assert.equal(await octo.ended, 'exit 0')
  assert.ok(filesBelow(join(cwd, 'my-look')).includes('octo_check.py'))
  assert.match(await readFile(join(cwd, 'my-look/plugin.yaml'), 'utf8'), /^name: my-look\n.*^license: Apache-2\.0$/ms)
})
