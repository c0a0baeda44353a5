// What is not whole yet goes with the process that writes it, or with the next build, and never before.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { test } from 'node:test'
import { buildRelease } from '../../../publisher/pack/build-release.ts'
import { readProject } from '../../../publisher/project/read-project.ts'
import { stagedPath } from '../../../system/files/staged-file.ts'
import { aPluginProject } from '../../support/builders/plugin-project.ts'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'

/** Writes without an end into a file of the project, and ends by the signal while it does. */
function writesUntil(signal: NodeJS.Signals, path: string) {
  const writer = new URL('../../../publisher/pack/write-artifact.ts', import.meta.url).href
  const script = `const { writeArtifact } = await import(${JSON.stringify(writer)})
      async function* slowly() { yield Buffer.from('x'); process.kill(process.pid, '${signal}'); await new Promise((r) => setTimeout(r, 60_000)) }
      await writeArtifact(process.argv[1], slowly(), 0o644)`
  const run = spawnSync(process.execPath, [...FROM_SOURCES, '--input-type=module', '-e', script, path], {
    encoding: 'utf8',
  })
  assert.equal(run.signal, signal, run.stderr)
}

test('what a killed build left is removed by the next one, what a running build writes is not', {
  skip: process.platform !== 'linux' && 'processes are told apart by /proc',
}, async () => {
  await using project = await aPluginProject()
  const partial = async () => (await readdir(project.path('dist'))).filter((name) => name.startsWith('.partial'))
  await mkdir(project.path('dist'))
  writesUntil('SIGKILL', project.path('dist/artifact'))
  const [killed] = await partial()
  const mine = basename(stagedPath(project.path('dist'), '.partial'))
  await project.write(`dist/${mine}`, 'written')
  await buildRelease({
    project: await readProject(project.dir),
    out: project.path('dist'),
    env: { PATH: process.env.PATH },
  })
  assert.ok(killed)
  assert.deepEqual(await partial(), [mine])
})

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`nothing partial stays after ${signal}`, async () => {
    await using project = await aPluginProject()
    writesUntil(signal, project.path('artifact'))
    assert.deepEqual(
      (await readdir(project.dir)).filter((name) => /artifact|partial/.test(name)),
      [],
    )
  })
