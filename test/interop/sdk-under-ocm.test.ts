// OCM's real plugin manager drives plugins made with our sdk: one for each capability, and those of `core`. `OCM_MANAGER` names a program
// that calls the manager (test/support/peers/ocm-program.ts).
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { bundleOptions } from '../../plugins/bundle-options.js'
import { CAPABILITIES } from '../../schemas/contract/ocm/contracts.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { until } from '../support/machine/until.ts'
import { driveByManager, noManager } from '../support/peers/ocm-program.ts'

test('the real manager makes every call of every contract on plugins of our sdk', { skip: noManager }, async (t) => {
  const folder = tempFolder(t)
  const [plugins, temporary] = [join(folder, 'plugins'), join(folder, 'tmp')]
  for (const each of [plugins, temporary]) mkdirSync(each)
  writeFileSync(join(folder, 'main.ts'), programText())
  for (const capability of CAPABILITIES)
    writeFileSync(
      join(plugins, `fake-${capability}`),
      `#!/bin/sh\nCAPABILITY=${capability} exec '${process.execPath}' '${join(folder, 'main.ts')}' "$@"\n`,
      { mode: 0o755 },
    )
  const { steps, said } = await driveByManager(plugins, {
    ...{ TYPE: 'Fake/v1', CFGTYPE: 'fake.config/v1', TMPDIR: temporary },
  })
  // External repositories of credentials cannot be reached in the manager.
  const failed = steps.filter(({ step, err: problem }) => problem && !step?.startsWith('credrepo'))
  assert.deepEqual(failed, [], said)
  assert.ok(steps.length > 30, said)
  // It tells most of them to end and does not wait.
  await until(() => !readdirSync(temporary).some((name) => name.startsWith('octo-plugin-')))
})

function programText(): string {
  const place = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)))
  return `import { configType, definePlugin } from ${place('../../sdk/service/index.ts')}
    import { goTwin } from ${place('../support/sdk/go-twins.ts')}
    const capability = process.env.CAPABILITY
    void definePlugin({ name: 'fake', version: '1.0.0', summary: 'is asked by the manager',
      config: [configType('fake.config/v1', {}, { isPrivate: true })],
      serves: [goTwin(capability, { type: 'Fake/v1' })] }).main()\n`
}

/** Types of our own plugins; for each contract the step that starts the plugin, and the call in which it is asked. */
const OWN: Readonly<Record<string, readonly (readonly [found: string, asked: string])[]>> = {
  'Compress/v1': [['blob.get', 'blob.transform']],
  'LocalFile/v1': [['digest.get', 'digest.process']],
  'FileInput/v1': [['input.get', 'input.processResource']],
  'OctoKey/v1': [['sign.get', 'sign.sign']],
  'OctoRegistry/v1': [
    ['cvr.get', 'cvr.GetComponentVersion'],
    ['lister.get', 'lister.list'],
  ],
}

test('the real manager takes the plugins of core side by side, starts each for its type, and its schema refuses what it needs more for', {
  skip: noManager,
}, async (t) => {
  const folder = tempFolder(t)
  const [plugins, temporary] = [join(folder, 'plugins'), join(folder, 'tmp')]
  for (const each of [plugins, temporary]) mkdirSync(each)
  const root = fileURLToPath(new URL('../../plugins/ocm/', import.meta.url))
  for (const name of readdirSync(root).filter((each) => existsSync(join(root, each, 'plugin.yaml')))) {
    const { outputFiles } = await build(bundleOptions(join(root, name, 'main.ts')))
    writeFileSync(join(plugins, name), outputFiles?.[0]?.contents ?? '', { mode: 0o755 })
  }
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`
  for (const [type, contracts] of Object.entries(OWN)) {
    const { steps, said } = await driveByManager(plugins, { TYPE: type, TMPDIR: temporary, PATH })
    const problemOf = (name: string) => steps.find(({ step }) => step === name)?.err
    assert.equal(problemOf('register'), undefined, said)
    for (const [found, asked] of contracts) {
      assert.equal(problemOf(found), undefined, said)
      // It always asks about `{type, baseUrl}`, which none of these types is.
      const problem = problemOf(asked) ?? ''
      assert.match(problem, /validat|schema|plugin returned status code 4\d\d/i, `${type} ${asked}: ${said}`)
    }
  }
})
