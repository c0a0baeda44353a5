// OCM's real plugin manager drives plugins made with our sdk, one for each capability. `OCM_MANAGER` names a program that calls the
// manager: `PROGRAM DIR` registers the plugins of a folder, makes every call for the type `TYPE`, and prints a JSON line for each.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { CAPABILITIES } from '../../schemas/contract/ocm/contracts.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { until } from '../support/machine/until.ts'

const manager = process.env.OCM_MANAGER
const skip = manager === undefined && 'needs OCM’s plugin manager: name a program that drives it by OCM_MANAGER'

type Step = { readonly step?: string; readonly err?: string }

test('the real manager makes every call of every contract on plugins of our sdk', { skip }, async (t) => {
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
  const env = { ...process.env, TYPE: 'Fake/v1', CFGTYPE: 'fake.config/v1', IDLE: '60s', TMPDIR: temporary }
  const program = spawn(manager ?? '', [plugins], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const read = async (stream: NodeJS.ReadableStream) => (await Array.fromAsync(stream.setEncoding('utf8'))).join('')
  const [out, err] = await Promise.all([read(program.stdout), read(program.stderr), once(program, 'close')])
  const steps: Step[] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  // External repositories of credentials cannot be reached in the manager.
  const failed = steps.filter(({ step, err: problem }) => problem && !step?.startsWith('credrepo'))
  assert.deepEqual(failed, [], err)
  assert.ok(steps.length > 30, out)
  // It tells most of them to end and does not wait.
  await until(() => !readdirSync(temporary).some((name) => name.startsWith('octo-plugin-')))
})

function programText(): string {
  const place = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)))
  return `import { configType, definePlugin } from ${place('../../sdk/service/index.ts')}
    import { goTwin } from ${place('../support/sdk/go-twins.ts')}
    const capability = process.env.CAPABILITY
    void definePlugin({ name: 'fake', version: '1.0.0', summary: 'is asked by the manager',
      config: [configType('fake.config/v1', {})],
      serves: [goTwin(capability, { type: 'Fake/v1' })] }).main()\n`
}
