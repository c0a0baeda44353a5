// A publish that a person breaks off says what is public, truly, and the same command goes on from there.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { watchForInterruption } from '../../../publisher/publish/interruption.ts'
import { publishProject } from '../../../publisher/publish/publish-project.ts'
import { readSigningKey } from '../../../publisher/sign/read-key.ts'
import { signerWithKey } from '../../../publisher/sign/release-signer.ts'
import { openConnection } from '../../../system/http/connection.ts'
import { openTerminal } from '../../../terminal/terminal.ts'
import { anElf, aPluginProject } from '../../support/builders/plugin-project.ts'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'
import { triesEveryCase } from '../../support/machine/full-form.ts'
import { isGone, pidIn } from '../../support/machine/processes.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { runOcto } from '../../support/octo/run-octo.ts'
import { writeKeyFiles } from '../../support/publisher/publish-project.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

/** Which of them it was makes no difference to what is said and done: each is asked with one, and with both where every case is tried. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const

type Stop = (incoming: IncomingMessage, seen: readonly string[]) => boolean

const isPublish = (line: string | undefined) => line?.startsWith('POST ') === true && line.endsWith('/publish')

/** Hands everything on until `stops` says that this request is the one; that one hangs, before or after it was done. */
async function startHangingProxy(t: TestContext, target: string, stops: Stop) {
  const seen: string[] = []
  const reached = Promise.withResolvers<void>()
  const server = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url}`)
    if (stops(incoming, seen)) return reached.resolve()
    const { method = 'GET', url = '/', headers } = incoming
    const onward = request(new URL(url, target), { method, headers: { ...headers, host: new URL(target).host } })
    onward.once('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.once('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, reached: reached.promise }
}

const STAGES: readonly {
  readonly stage: string
  readonly signal: NodeJS.Signals
  readonly stops: Stop
  readonly isPublic: boolean
  readonly says: RegExp
  readonly again: string
}[] = [
  {
    stage: 'uploading',
    signal: 'SIGINT',
    stops: ({ method }) => method === 'PATCH',
    isPublic: false,
    says: /`core\/hello@1\.0\.0` is not public/,
    again: 'published',
  },
  {
    stage: 'publishing',
    signal: 'SIGTERM',
    stops: (_, seen) => isPublish(seen.at(-1)),
    isPublic: false,
    says: /whether `core\/hello@1\.0\.0` is public is not known/,
    again: 'published',
  },
  {
    stage: 'proving',
    signal: 'SIGINT',
    stops: ({ method }, seen) => method !== 'POST' && seen.some(isPublish),
    isPublic: true,
    says: /`core\/hello@1\.0\.0` is public; .* not proven/,
    again: 'unchanged',
  },
]

for (const { stage, signal: first, stops, isPublic, says, again: state } of STAGES)
  for (const signal of triesEveryCase ? SIGNALS : [first])
    test(`${signal} while ${stage} says what is public, and the same command goes on`, async (t) => {
      const registry = await startTestRegistry(t)
      const { privateKey } = writeKeyFiles(tempFolder(t), registry.key)
      await using project = await aPluginProject({
        manifest: { platforms: { linux_amd64: { file: 'bin/tool' } } },
        files: { 'bin/tool': anElf('amd64', 300_000) },
      })
      const proxy = await startHangingProxy(t, registry.url, stops)
      const words = (url: string) => ['publish', project.dir, '--registry', url, '--key', privateKey, '--json']
      const env = { OCTO_TOKEN: registry.token }
      const broken = await runOcto(words(proxy.url), {
        env,
        onStart: (child) => void proxy.reached.then(() => child.kill(signal)),
      })
      const { error } = JSON.parse(broken.stderr)
      assert.deepEqual([broken.code, error.code, error.details.stage], [130, 'INTERRUPTED', stage])
      assert.match(error.message, says)
      assert.equal((await fetch(`${registry.url}/repos/core/hello.json`)).status === 200, isPublic)
      const again = await typeOcto(words(registry.url), { env })
      assert.equal(JSON.parse(again.stdout).releases[0].state, state, again.stderr)
    })

for (const signal of SIGNALS)
  test(`${signal} while an artifact is written takes it away, and says what is public all the same`, (t) => {
    const folder = tempFolder(t)
    const moduleOf = (path: string) => JSON.stringify(new URL(`../../../publisher/${path}`, import.meta.url).href)
    const script = `const { writeArtifact } = await import(${moduleOf('pack/write-artifact.ts')})
      const { watchForInterruption } = await import(${moduleOf('publish/interruption.ts')})
      const interruption = watchForInterruption(['hello'])
      interruption.enter('building', 'core/hello@1.0.0')
      async function* slowly() { yield Buffer.from('x'); process.kill(process.pid, '${signal}'); await new Promise((r) => setTimeout(r, 60_000)) }
      await Promise.race([writeArtifact(process.argv[1], slowly(), 0o644), interruption.signalled]).catch(({ message }) => console.log(message))
      process.exit(0)`
    const words = [...FROM_SOURCES, '--input-type=module', '-e', script, join(folder, 'artifact')]
    const { status, signal: endedBy, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
    assert.deepEqual([status, endedBy], [0, null], stderr)
    assert.equal(stdout, 'interrupted while building: `core/hello@1.0.0` is not published: nothing was sent\n')
    assert.deepEqual(readdirSync(folder), [])
  })

async function breakingOff(t: TestContext) {
  const registry = await startTestRegistry(t)
  const folder = tempFolder(t)
  const { privateKey } = writeKeyFiles(folder, registry.key)
  const started = join(folder, 'started')
  const project = await aPluginProject({
    manifest: { build: { commands: [['sh', '-c', `echo $$ >${started}; exec sleep 600`]] } },
  })
  t.after(() => project[Symbol.asyncDispose]())
  const { dir } = project
  const broken = async (signal: NodeJS.Signals, ...words: readonly string[]) => {
    let stop = () => {}
    const ended = runOcto(words, {
      env: { OCTO_TOKEN: registry.token },
      onStart: (child) => {
        stop = () => void child.kill(signal)
      },
    })
    const pid = await pidIn(started)
    stop()
    const run = await ended
    assert.ok(await isGone(pid))
    return run
  }
  return { dir, broken, registry, privateKey }
}

for (const signal of triesEveryCase ? SIGNALS : (['SIGINT'] as const))
  test(`${signal} while a publish runs a build command ends it, and says that nothing was sent`, async (t) => {
    const { dir, broken, registry, privateKey } = await breakingOff(t)
    const { code, stderr } = await broken(signal, 'publish', dir, '--registry', registry.url, '--key', privateKey)
    assert.equal(code, 130)
    assert.match(stderr, /^error\[INTERRUPTED\]: .*`core\/hello@1\.0\.0` is not published: nothing was sent$/m)
  })

for (const signal of triesEveryCase ? SIGNALS : (['SIGTERM'] as const))
  test(`${signal} while a build runs its command ends both`, async (t) => {
    const { dir, broken } = await breakingOff(t)
    assert.equal((await broken(signal, 'build', dir)).signal, signal)
  })

test('what is said to be not public does not become so while the process is still there', async (t) => {
  const registry = await startTestRegistry(t)
  const { privateKey: file } = writeKeyFiles(tempFolder(t), registry.key)
  await using project = await aPluginProject()
  const { env } = process
  const arrived = signals()
  using interruption = watchForInterruption([project.dir])
  using connection = openConnection(new URL(registry.url), { token: registry.token })
  const work = publishProject({
    ...{ dir: project.dir, env, build: true, dryRun: false, repo: undefined, terminal: openTerminal({}), connection },
    signer: signerWithKey(await readSigningKey({ file, env })),
    onStage(stage, release) {
      interruption.enter(stage, release)
      if (stage === 'signing') arrived('SIGINT')
    },
  })
  const ends = await Promise.allSettled([interruption.signalled, work])
  const said = 'interrupted while signing: `core/hello@1.0.0` is not published: nothing was sent'
  assert.deepEqual(
    ends.map((end) => end.status === 'rejected' && end.reason.message),
    [said, said],
  )
  assert.equal((await fetch(`${registry.url}/repos/core/hello.json`)).status, 404)
})

for (const signal of SIGNALS)
  test(`${signal} between two plugins calls the first one public, and not unproven`, async () => {
    const arrived = signals()
    using interruption = watchForInterruption(['one', 'two', 'three'])
    interruption.enter('proving', 'core/one@1.0.0')
    interruption.done('core/one@1.0.0')
    arrived(signal)
    const said =
      'interrupted while building: the release is not published: nothing was sent; `core/one@1.0.0` is public; `two`, `three` were not begun'
    await assert.rejects(interruption.signalled, { message: said })
  })

test('of several plugins it is said which are public and which were not begun, also to programs', async (t) => {
  const registry = await startTestRegistry(t)
  const { privateKey } = writeKeyFiles(tempFolder(t), registry.key)
  await using one = await aPluginProject({ name: 'one' })
  await using two = await aPluginProject({ name: 'two', files: { 'src/hello.sh': '#!/bin/sh\necho two\n' } })
  await using three = await aPluginProject({ name: 'three' })
  const dirs = [one.dir, two.dir, three.dir]
  const opensTwo: Stop = ({ method, url }) => method === 'POST' && url?.includes('/plugins/two/') === true
  for (const [more, state] of [
    [[], 'published'],
    [['--json'], 'unchanged'],
  ] as const) {
    const proxy = await startHangingProxy(t, registry.url, opensTwo)
    const words = ['publish', ...dirs, '--registry', proxy.url, '--key', privateKey, ...more]
    const { code, stdout, stderr } = await runOcto(words, {
      env: { OCTO_TOKEN: registry.token },
      onStart: (child) => void proxy.reached.then(() => child.kill('SIGTERM')),
    })
    assert.equal(code, 130)
    const said = `\`core/two@1.0.0\` is not public; what was uploaded is kept for a while; \`core/one@1.0.0\` is public; \`${three.dir}\` was not begun`
    assert.ok(stderr.includes(said), stderr)
    if (more.length === 0) assert.match(stdout, new RegExp(`^${state} core/one 1\\.0\\.0 `))
    else {
      assert.deepEqual(
        JSON.parse(stdout).releases.map((release: { plugin: string; state: string }) => [
          release.plugin,
          release.state,
        ]),
        [['one', state]],
      )
      const { details } = JSON.parse(stderr).error
      assert.deepEqual([details.public, details.notBegun], [['core/one@1.0.0'], [three.dir]])
    }
  }
})

/** Tells a signal to those alone who listen from now on: not to the runner of the tests. */
function signals(): (signal: (typeof SIGNALS)[number]) => void {
  const known = new Set(SIGNALS.flatMap((signal) => process.listeners(signal)))
  return (signal) => {
    for (const listener of process.listeners(signal)) if (!known.has(listener)) listener(signal)
  }
}
