// The quick start as people get it, in a folder and on ports of its own: twice, ended by Ctrl-C, and with a port taken.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { DEFAULT_PORT, readSettings } from '../../demo/settings.ts'
import { renderConfig } from '../../demo/write-config.ts'
import { FROM_SOURCES } from '../support/machine/from-sources.ts'
import { triesEveryCase } from '../support/machine/full-form.ts'
import { freePort, listening } from '../support/machine/listening.ts'
import { filesBelow, tempFolder } from '../support/machine/temp-folder.ts'
import { octoIn } from '../support/octo/in-process-octo.ts'
import { BUNDLE } from '../support/octo/run-octo.ts'
import { showsRun } from '../support/octo/shown-run.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

type Place = {
  readonly dir: string
  readonly port: number
  readonly demoPort: number
  readonly env: Record<string, string>
}

/** Three ports in a row: the registry's, the demo's, and the one after it, which the example wants free. */
async function aPlace(t: TestContext): Promise<Place> {
  const home = tempFolder(t)
  const env = { HOME: home, XDG_CACHE_HOME: join(home, 'cache') }
  const port = await freePort(3)
  return { dir: join(home, 'octo'), port, demoPort: port + 1, env }
}

/** What was said of one place, as it is said of the usual one. */
function asUsual(said: string, { dir, port }: Place): string {
  return [0, 1, 2].reduce(
    (text, offset) => text.replaceAll(String(port + offset), String(DEFAULT_PORT + offset)),
    said.replaceAll(`${dir}/config.yaml`, 'examples/config.yaml').replaceAll(dir, '.octo'),
  )
}

/** Plugins are built anew each time, which takes longest: the first one stands for all of them. */
const AGAIN = `
  import { quickStart } from ${JSON.stringify(join(ROOT, 'demo/quick-start.ts'))}
  import { readSettings } from ${JSON.stringify(join(ROOT, 'demo/settings.ts'))}
  import { openTerminal } from ${JSON.stringify(join(ROOT, 'terminal/terminal.ts'))}
  const settings = readSettings({ once: true }, process.env)
  const plugins = ${triesEveryCase} ? settings.plugins : settings.plugins.slice(0, 1)
  process.exitCode = await quickStart({ ...settings, plugins }, openTerminal())`

async function startAgain({ dir, port, demoPort, env }: Place) {
  const own = { OCTO_START_DIR: dir, OCTO_START_PORT: String(port), OCTO_START_DEMO_PORT: String(demoPort) }
  return await promisify(execFile)(process.execPath, [...FROM_SOURCES, '--input-type=module', '-e', AGAIN], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...BUNDLE, ...env, ...own },
  })
}

const words = ({ dir, port, demoPort }: Place) => [
  ...['demo', '--dir', dir, '--port', String(port), '--demo-port', String(demoPort)],
]

test('publishes, installs and runs the core plugins, and serves until Ctrl-C; a second time it changes nothing', async (t) => {
  const place = await aPlace(t)
  const child = spawn(process.execPath, [join(ROOT, 'bin/octo.js'), ...words(place)], {
    env: { PATH: process.env.PATH ?? '', ...BUNDLE, ...place.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close')
  t.after(() => child.kill())
  const serving = Promise.withResolvers<void>()
  let [said, complaints] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    said += chunk
    if (said.includes('Serving until Ctrl-C')) serving.resolve()
  })
  child.stderr.setEncoding('utf8').on('data', (chunk) => (complaints += chunk))
  await Promise.race([serving.promise, closed])
  for (const plugin of [
    'check-tcp',
    'check-tcp-port',
    'check-server-url',
    'check-grpc',
    'check-orbdrpc',
    'operator-compose',
    'operator-kubernetes',
  ])
    assert.match(said, new RegExp(`published core/${plugin} 1\\.0\\.0`), said + complaints)
  assert.ok(said.includes(`./octo init ${place.dir}/my-check --template node`), said)
  assert.match(
    said,
    /The plugins of core were built, signed and published, and three of them installed, proven and run/,
  )
  showsRun('README.md', 'start', asUsual(said, place))

  const yaml = await fetch(`http://127.0.0.1:${place.port}/repos/core.yaml`)
  assert.equal(yaml.status, 200, said)
  assert.match(await yaml.text(), /check-tcp-port/)
  assert.equal((await fetch(`http://127.0.0.1:${place.demoPort}/healthz`)).status, 200)
  const beside = { ...place, port: await freePort(3) }
  const other = await octoIn(
    { cwd: ROOT, env: { ...BUNDLE, ...place.env } },
    words({ ...beside, demoPort: beside.port + 1 }),
  )
  assert.equal(other.code, 75, other.stderr)
  assert.match(
    other.stderr,
    /^error\[DATA_DIR_LOCKED\]: a quick start serves from `.+` already\n.*hint: stop it, or .*npm start -- --dir/s,
  )
  complaints = ''
  child.kill('SIGINT')
  assert.deepEqual(await closed, [0, null])
  assert.doesNotMatch(complaints, /error/)
  for (const port of [place.port, place.demoPort]) {
    const server = createServer()
    assert.equal(await listening(t, server, { port }), port)
    await new Promise((resolve) => server.close(resolve))
  }

  const kept = () =>
    ['octo.lock', 'keys/core.pub', 'keys/core.token', 'registry/tree/repos/core.yaml'].map((file) =>
      readFileSync(join(place.dir, file), 'utf8'),
    )
  const [before, tree] = [kept(), filesBelow(join(place.dir, 'registry', 'tree'))]
  const second = await startAgain(place)
  assert.match(second.stdout, /unchanged core\/check-tcp 1\.0\.0/)
  assert.match(second.stdout, /Everything was there; the plugins were proven and run again/)
  assert.deepEqual(kept(), before)
  assert.deepEqual(filesBelow(join(place.dir, 'registry', 'tree')), tree)
})

test('says which port is taken and what to type, before it starts anything', async (t) => {
  const place = await aPlace(t)
  await listening(t, createServer(), { port: place.port })
  const { code, stdout, stderr } = await octoIn({ cwd: ROOT, env: place.env }, [...words(place), '--once'])
  assert.deepEqual([code, stdout], [69, ''])
  assert.match(stderr, new RegExp(`port ${place.port} on 127\\.0\\.0\\.1 is needed for the registry and is taken`))
  const again = /npm start -- --dir \S+ --port (\d+) --demo-port (\d+)`/.exec(stderr) ?? []
  assert.equal(again.length, 3, stderr)
  assert.notEqual(again[1], String(place.port))
  assert.notEqual(again[2], String(place.demoPort))
  assert.throws(() => filesBelow(place.dir), { code: 'ENOENT' })
})

test('refuses what is no port', async (t) => {
  const place = await aPlace(t)
  const { code, stderr } = await octoIn({ cwd: ROOT, env: place.env }, ['demo', '--port', '80800', '--once'])
  assert.equal(code, 64)
  assert.match(stderr, /`80800` is no port/)
})

test('writes the example for other ports, and nothing else in it changes', () => {
  const example = readFileSync(join(ROOT, 'examples/config.yaml'), 'utf8')
  const settings = readSettings({ port: '9000', demoPort: '9100', dir: '/data' }, {})
  const changed = renderConfig(example, settings)
  assert.match(changed, /url: http:\/\/127\.0\.0\.1:9000\/repos\/core\.yaml/)
  assert.match(changed, /- file: "\/data\/keys\/core\.pub"/)
  assert.match(changed, /port: 9101/)
  assert.doesNotMatch(changed, /878[789]/)
  const usual = readSettings({}, {})
  assert.equal(renderConfig(example, usual).replace(/- file: .*/, ''), example.replace(/- file: .*/, ''))
})

test('takes its settings from options first, then from the environment', () => {
  const env = { OCTO_START_PORT: '9000', OCTO_START_DEMO_PORT: '9100', OCTO_START_ONCE: '1', OCTO_START_DIR: '/data' }
  const { port, demoPort, once, dir } = readSettings({ port: '9001' }, env)
  assert.deepEqual({ port, demoPort, once, dir }, { port: 9001, demoPort: 9100, once: true, dir: '/data' })
  assert.deepEqual([readSettings({}, {}).port, readSettings({}, {}).once], [8787, false])
})
