// `octo config validate` of services that cannot start here, because what they run is not on this machine.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { octoIn } from '../../../support/octo/in-process-octo.ts'

const skip = process.platform === 'win32' && 'services do not run on Windows'

const ROWS: readonly (readonly [service: string, warning: RegExp | undefined])[] = [
  ['{command: [/bin/sh]}', undefined],
  ['{command: [sh]}', undefined],
  ['{command: [./run]}', undefined],
  ['{command: [./run], working_dir: below}', /`\S+\/below\/run` is not there/],
  ['{command: [sh], working_dir: none}', /working directory `\S+\/none` is not there/],
  ['{command: [sh], working_dir: run}', /working directory `\S+\/run` is a file and no folder/],
  ['{command: [/none/of/these]}', /`\/none\/of\/these` is not there/],
  ['{command: [./below]}', /`\S+\/below` is a folder and no program/],
  ['{command: [none-of-these]}', /`none-of-these` is not in `\/usr\/local\/sbin:/],
  ['{command: [run], environment: {PATH: "/none:{{.env.HERE}}"}}', undefined],
  ['{command: [sh], environment: {PATH: /none}}', /`sh` is not in `\/none`/],
  ['{command: [none-of-these], enabled: false}', undefined],
]

test(`a program or folder that is not here is a warning, with its service (${ROWS.length})`, { skip }, async (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'run'), '#!/bin/sh\n')
  chmodSync(join(folder, 'run'), 0o755)
  mkdirSync(join(folder, 'below'))
  for (const [service, warning] of ROWS) {
    writeFileSync(join(folder, 'octo.yaml'), `services:\n  web: ${service}\n`)
    const { code, stdout, stderr } = await octoIn({ cwd: folder, env: { HERE: folder } }, ['config', 'validate'])
    assert.equal(code, 0, `${service}\n${stdout}${stderr}`)
    if (warning) assert.match(stdout, new RegExp(`octo\\.yaml:2.*warning: service \`web\`: ${warning.source}`), service)
    else assert.doesNotMatch(stdout, /warning/, service)
  }
})

test('what another operator runs is not looked for here', async (t) => {
  const folder = tempFolder(t)
  writeFileSync(
    join(folder, 'octo.yaml'),
    'octoctl: {operator: docker}\nservices: {web: {octocompose: {command: [none-of-these]}}}\n',
  )
  const { stdout } = await octoIn({ cwd: folder, env: {} }, ['config', 'validate'])
  assert.doesNotMatch(stdout, /none-of-these/)
})
