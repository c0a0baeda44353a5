// `octo test` of plugins that a supervisor asks: notifiers, sources of secrets, and a check with a secret.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { askPlugin } from '../../plugin-test/ask-plugin.ts'
import { openTerminal } from '../../terminal/terminal.ts'
import { collectedStreams } from '../support/machine/collected-streams.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { octoIn } from '../support/octo/in-process-octo.ts'
import { BUNDLE, runOcto } from '../support/octo/run-octo.ts'

const NOTIFIER = `name: my-notifier
version: 0.1.0
kind: tool
category: notification
description: appends notifications to a file
protocol: exec
output: notify/v1
input: json
arguments:
  type: object
  properties:
    path: {type: string}
    retries: {type: integer}
    to: {type: array, items: {type: string}}
    token: {type: string, writeOnly: true}
  required: [path, token]
  additionalProperties: false
platforms:
  any: {file: check.sh, runtime: {name: sh}}
`
const CHECK = `name: my-check
version: 0.1.0
kind: tool
description: looks at a file
protocol: exec
output: check/v1
arguments:
  type: object
  properties: {path: {type: string}, word: {type: string, writeOnly: true}}
platforms:
  any: {file: check.sh, runtime: {name: sh}}
`

function aProject(t: TestContext, manifest: string) {
  const folder = tempFolder(t)
  const dir = join(folder, 'my-check')
  mkdirSync(dir)
  writeFileSync(join(dir, 'plugin.yaml'), manifest)
  const octo = (...words: readonly string[]) => runOcto(['test', 'my-check', ...words], { cwd: folder })
  /** For what octo reads itself of the plugin; what is run in its place writes to the output of a process. */
  const octoHere = (...words: readonly string[]) =>
    octoIn({ cwd: folder, env: { ...BUNDLE, TMPDIR: folder } }, ['test', 'my-check', ...words])
  return { folder, dir, octo, octoHere }
}

/** It answers where a file `answer` stands beside `sent`. */
const APPENDS = (sent: string, answer: string) => `#!/bin/sh
cat >>${sent}
[ -e ${answer} ] || { echo no route >&2; exit 69; }
echo '{"v":1,"status":"ok","summary":"appended"}'
`

test('a notifier is sent a notification with its arguments, secret ones from a file alone, and told what was expected where it answers nothing', async (t) => {
  const { octoHere, folder, dir } = aProject(t, NOTIFIER)
  const [sent, answer] = [join(folder, 'sent'), join(folder, 'answer')]
  writeFileSync(join(dir, 'check.sh'), APPENDS(sent, answer))
  writeFileSync(join(folder, 'args.yaml'), 'token: hunter2\n')
  const words = ['--', '--path=/x', '--retries', '3', '--to=a', '--to=b']
  const { code, stdout, stderr } = await octoHere('--keep', '--args', 'args.yaml', ...words)
  assert.equal(code, 69, stderr)
  assert.match(stdout, /^failed .*ended without a result, exit code 69: no route/m)
  assert.match(stderr, /its answer is the last line of standard output/)
  assert.doesNotMatch(stdout + stderr, /hunter2|not given/)
  const { v, arguments: given, notification } = JSON.parse(readFileSync(sent, 'utf8'))
  assert.deepEqual({ v, given }, { v: 1, given: { path: '/x', retries: 3, to: ['a', 'b'], token: 'hunter2' } })
  assert.deepEqual([notification.kind, notification.service], ['failed', 'web'])

  // What was kept is asked again, and needs no building.
  writeFileSync(answer, '')
  const [, kept = ''] = /^kept (.*)$/m.exec(stderr) ?? []
  const streams = collectedStreams({ env: { NO_COLOR: '1' } })
  const manifest = { kind: 'tool', protocol: 'exec', output: 'notify/v1' }
  const again = await askPlugin({
    ...{ built: { plugin: 'my-notifier', version: '0.1.0', manifest, platforms: {} }, given },
    ...{ config: join(kept, 'octo.yaml'), terminal: openTerminal({}, streams) },
    env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, OCTO_HOME: join(kept, 'store') },
  })
  assert.equal(again, 0, streams.stderr())
  assert.match(streams.stdout(), /^ok +my-notifier@0\.1\.0 .* appended$/m)
  assert.doesNotMatch(streams.stdout() + streams.stderr(), /hunter2|last line/)
})

test('a source of secrets is asked, and no value is shown', async (t) => {
  const source = NOTIFIER.replace('notification', 'secret').replace('notify/v1', 'secret/v1')
  const { octoHere, dir } = aProject(t, source.replace('required: [path, token]', 'required: []'))
  const line = '{"v":1,"status":"ok","summary":"one","secrets":{"password":"hunter2"}}'
  writeFileSync(join(dir, 'check.sh'), `#!/bin/sh\ncat >/dev/null\necho '${line}'\n`)
  const { code, stdout, stderr } = await octoHere()
  assert.equal(code, 0, stderr)
  assert.match(stderr, /gave `password`; values are not shown/)
  assert.match(stderr, /`token`; they stand in a file such as `\{token: …\}`: `octo test my-check --args FILE`/)
  assert.doesNotMatch(stdout + stderr, /hunter2/)
})

test('a check with a secret argument is tested with it', async (t) => {
  const { octo, dir, folder } = aProject(t, CHECK)
  writeFileSync(join(dir, 'check.sh'), '#!/bin/sh\nread -r document\necho "OK - $* and ${#document} more"\n')
  writeFileSync(join(folder, 'args.json'), '{"word": "hunter2"}')
  const { code, stdout, stderr } = await octo('--args', 'args.json', '--', '--path=/')
  assert.equal(code, 0, stderr)
  assert.match(stdout, /OK - --path=\/ and \d\d more/)
  assert.doesNotMatch(stdout + stderr, /hunter2|not given/)
})

test('of a service it is said that it stays, before it is run', async (t) => {
  const { octo, dir } = aProject(t, CHECK.replace('kind: tool', 'kind: service').replace('output: check/v1\n', ''))
  writeFileSync(join(dir, 'check.sh'), '#!/bin/sh\necho served >&2\n')
  const { code, stderr } = await octo()
  assert.equal(code, 0, stderr)
  assert.match(stderr, /my-check is a service: it runs until it ends by itself or is interrupted.*^served$/ms)
})

test('a plugin that takes words alone is given no file of arguments', async (t) => {
  const { octoHere, dir, folder } = aProject(
    t,
    CHECK.replace('kind: tool', 'kind: operator').replace('output: check/v1\n', ''),
  )
  writeFileSync(join(dir, 'check.sh'), '#!/bin/sh\necho run\n')
  writeFileSync(join(folder, 'args.yaml'), 'path: /\n')
  const { code, stdout, stderr } = await octoHere('--args', 'args.yaml')
  assert.equal(code, 64, stderr)
  assert.match(stderr, /^error\[USAGE\]: `(test\/)?my-check` takes its arguments as words/m)
  assert.equal(stdout, '')
})
