// `octo config validate`, as it is typed: every problem at once, each with its place.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { octoIn } from '../../../support/octo/in-process-octo.ts'

type Files = Readonly<Record<string, string>>

function aFolder(t: TestContext, files: Files) {
  const folder = tempFolder(t)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const octo = (words: readonly string[], env: Record<string, string> = {}) =>
    octoIn({ cwd: folder, env }, ['config', 'validate', ...words])
  return { folder, octo }
}

/** The lines of problems and warnings, hints left out. */
const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('  hint: '))

const WRONG = `include: [b.yaml, {ulr: c.yaml}, none.yaml]
operator:
  repos:
    core: {url: https://x.example/repos/core.yaml}
    other: {url: ftp://x.example/repos/other.yaml, trust: unsigned}
  plugins: {check-tcp: "not a range"}
servces: {}
services:
  web:
    helth: []
    octocompose:
      health:
        - {tool: check-tcp, interval: soon, timeout: 1, args: {a: "{{.configs.none}}"}}
        - {tool: nowhere/check-tcp}
        - {args: [a]}
      validate: {tool: check-tcp}
  db: {environment: {A: "{{.env.NOT_SET}}", B: "{{.env.ALSO_NOT}}"}, enabled: maybe}
`

test('every problem of every document is named at once, with line, column and what was meant', async (t) => {
  const { octo } = aFolder(t, { 'octo.yaml': WRONG, 'b.yaml': 'a: [1\n' })
  const { code, stdout, stderr } = await octo([])
  assert.equal(code, 78)
  const lines = linesOf(stdout)
  const expected: readonly RegExp[] = [
    /^octo\.yaml:1:\d+: error: an include is a map with `url`/,
    /^octo\.yaml:4:5: error: repo `core` does not say whose signatures it needs/,
    /^octo\.yaml:5:13: error: .*is not one of/,
    /^octo\.yaml:6:13: error: expected a version range such as .*, found `not a range`/,
    /^octo\.yaml:7:1: error: unknown key `servces` in the config, did you mean `services`\?$/,
    /^octo\.yaml:10:5: error: unknown key `helth` in a service, did you mean `health`\?$/,
    /^octo\.yaml:13:\d+: error: `interval` is no duration/,
    /^octo\.yaml:13:\d+: error: `timeout` is no duration/,
    /^octo\.yaml:13:\d+: error: template .*names `configs/,
    /^octo\.yaml:14: error: a check names the repo `nowhere`/,
    /^octo\.yaml:15:11: error: a check does not name its plugin/,
    /^octo\.yaml:16:7: error: `validate` is no list of checks, found a map$/,
    /^octo\.yaml:17:\d+: error: .*environment variable `NOT_SET` is not set$/,
    /^octo\.yaml:17:\d+: error: .*environment variable `ALSO_NOT` is not set$/,
    /^octo\.yaml:17:\d+: error: `enabled` is neither `true` nor `false`/,
    /^b\.yaml:[12](:\d+)?: error: /,
    /^octo\.yaml:1:34: error: config .*none\.yaml` is not there$/,
  ]
  for (const pattern of expected)
    assert.ok(
      lines.some((line) => pattern.test(line)),
      `${pattern}\n${stdout}`,
    )
  assert.equal(new Set(lines).size, lines.length, 'each is named once')
  assert.match(stderr, new RegExp(`${lines.length} problems in the config`))
})

test('documents that cannot be read stand where they are included', async (t) => {
  const { octo } = aFolder(t, {
    'octo.yaml': 'include: [a.yaml, none.yaml, c.yaml, bytes.json]\nnonsense: 1\n',
    'a.yaml': 'a: [1\n',
    'c.yaml': 'include: [d.yaml]\nnonsense: 1\n',
    'd.yaml': 'a: {\n',
    'bytes.json': '{',
    'e.yaml': 'nonsense: 1\n',
  })
  const { code, stdout } = await octo(['--config', 'octo.yaml', '--config', 'e.yaml'])
  assert.equal(code, 78)
  assert.deepEqual(
    linesOf(stdout).map((line) => line.replace(/:.*/, '')),
    ['octo.yaml', 'octo.yaml', 'a.yaml', 'c.yaml', 'd.yaml', 'bytes.json', 'e.yaml'],
  )
})

const STUCK = `services:
  a: {command: [sleep, "1"], depends_on: [b]}
  b: {command: [sleep, "1"], depends_on: [a, gone], restart: sometimes}
  c: {command: "sleep 1 && echo"}
  d: {command: [sleep, "1"], replicas: two}
  e: {command: [sleep, "1"], depends_on: {f: {condition: healthy}}}
  f: {command: [sleep, "1"], depends_on: [f, webb]}
  web: {command: [sleep, "1"], depends_on: {e: {condition: often}}}
  off: {enabled: false, command: "a && b"}
  checks: {health: [], restart: sometimes}
  image: {image: x, depends_on: [gone]}
`

const SERVED = 'operator: {repos: {core: {url: "https://x.example/repos/core.yaml", trust: unsigned}}}\n'

test('what keeps services from being started is a problem, where octo itself runs them', async (t) => {
  const { octo } = aFolder(t, {
    'octo.yaml': STUCK,
    'docker.yaml': `octoctl: {operator: docker}\n${STUCK}`,
    'well.yaml': 'services: {a: {command: [sleep, "1"], depends_on: [b]}, b: {command: [x]}, c: {image: x}}\n',
  })
  const { code, stdout } = await octo([])
  assert.equal(code, 78)
  const expected: readonly RegExp[] = [
    /^octo\.yaml:3:\d+: error: .*`sometimes`/,
    /^octo\.yaml:4:\d+: error: `command` is no list of words/,
    /^octo\.yaml:5:\d+: error: `replicas` is no whole number from 0 to 100, found `two`$/,
    /^octo\.yaml:6:3: error: `e` waits until `f` is healthy, which has no health checks$/,
    /^octo\.yaml:7:3: error: `f` waits for `webb`, which this config has not/,
    /^octo\.yaml:7:3: error: services wait for each other: `f` → `f`$/,
    /^octo\.yaml:8:\d+: error: `often` is no condition/,
  ]
  const lines = linesOf(stdout)
  for (const pattern of expected)
    assert.ok(
      lines.some((line) => pattern.test(line)),
      `${pattern}\n${stdout}`,
    )
  assert.equal(lines.length, expected.length, stdout)
  for (const other of ['docker.yaml', 'well.yaml']) assert.equal((await octo(['--config', other])).code, 0, other)
})

test('a service that says what it runs by a key that nobody knows is a problem, and one that has checks is none', async (t) => {
  const { octo } = aFolder(t, {
    'octo.yaml': 'services:\n  web:\n    run: [sleep, "1"]\n    "y": 1\n',
    'checked.yaml': `${SERVED}services: {web: {novelty: 1, health: [{tool: check-tcp, args: {port: 1}}]}}\n`,
    'image.yaml': 'services: {web: {image: x, novelty: 1}}\n',
  })
  const { code, stdout } = await octo([])
  assert.equal(code, 78)
  assert.match(
    stdout,
    /^octo\.yaml:3:5: error: service `web` has neither .*, but `run`, `y`, which neither octo nor Compose/,
  )
  for (const other of ['checked.yaml', 'image.yaml']) assert.equal((await octo(['--config', other])).code, 0, other)
})

const BROKEN = `services:
  web:
    command: "a && b"
    environment:
      1A: x
      B: [y]
    working_dir: []
    restart: sometimes
    stop: {signal: KIL}
    replicas: two
    start_period: soon
    depends_on: {db: {condition: often}}
    user: root
  db: {command: [sh]}
`

test('every problem of one service is named, and not only the first', async (t) => {
  const { octo } = aFolder(t, { 'octo.yaml': BROKEN })
  const lines = linesOf((await octo([])).stdout)
  const places = lines.map((line) => /^octo\.yaml:(\d+):/.exec(line)?.[1])
  assert.deepEqual(places, ['3', '5', '6', '7', '8', '9', '10', '11', '12', '13'], lines.join('\n'))
})

const PARTS = `operator:
  repos:
    core: {url: ftp://x.example/core.yaml, keys: [AAAA, {file: none.pub}, {name: a}]}
  plugins:
    check-tcp: {version: "not a range", repo: No Name, optional: perhaps, mcp: 7}
  notifications:
    - {notifier: "a b", events: [nothing], timeout: soon, group: late, args: {to: "{{.env.NOBODY}}"}}
services:
  web:
    octocompose:
      health:
        - tool: 5
          args: {a: "{{.configs.web.none}}", b: "{{.configs.web.neither}}"}
          failureThreshold: many
          successThreshold: few
          enabled: maybe
        - {tool: check-tcp, args: ["{{.configs.web.none}}", 010]}
configs: {web: {port: 1}}
`

test('every part of a check, a repo, a pin and a notifier that is wrong is named, and not only the first', async (t) => {
  const { octo } = aFolder(t, { 'octo.yaml': PARTS })
  const { stdout, stderr } = await octo([])
  const lines = linesOf(stdout).map((line) => line.replace(/^octo\.yaml:(\d+):\d+: error: /, '$1 '))
  const expected: readonly RegExp[] = [
    ...[
      /^3 .*is not one of/,
      /^3 this is no public key/,
      /^3 key file .*none\.pub` cannot be read/,
      /^3 a key is written as/,
    ],
    ...[/^5 .*version range/, /^5 repo name `No Name`/, /^5 `optional` is/, /^5 .*mcp/],
    ...[/^7 `notifier`/, /^7 `events` names `nothing`/, /^7 `timeout`/, /^7 `group`/, /^7 .*NOBODY/],
    ...[/^12 a check does not name its plugin/, /^13 .*configs\.web\.none/, /^13 .*configs\.web\.neither/],
    ...[/^14 `failureThreshold`/, /^15 `successThreshold`/, /^16 `enabled`/],
    ...[/^17 .*configs\.web\.none/, /^17 .*010/],
  ]
  for (const wanted of expected)
    assert.ok(
      lines.some((line) => wanted.test(line)),
      `${wanted} in\n${stdout}${stderr}`,
    )
  const rows = lines.map((line) => Number.parseInt(line, 10))
  assert.deepEqual(
    rows,
    rows.toSorted((a, b) => a - b),
    'by line',
  )
  assert.equal(new Set(lines).size, lines.length, 'none is told twice')
})

test('machines get the same as data', async (t) => {
  const { folder, octo } = aFolder(t, { 'octo.yaml': 'servces: {}\nservices: {web: {health: [{tool: 010}]}}\n' })
  const { code, stdout } = await octo(['--json'])
  const { valid, files, problems, warnings } = JSON.parse(stdout)
  assert.deepEqual([code, valid, files, warnings], [78, false, [join(folder, 'octo.yaml')], []])
  assert.deepEqual(
    problems.map(({ code: one, line, column }: Record<string, unknown>) => [one, line, column]),
    [
      ['CONFIG_INVALID', 1, 1],
      ['CONFIG_INVALID', 2, 28],
    ],
  )
  assert.equal(problems[0].message, 'unknown key `servces` in the config, did you mean `services`?')
})

test('a valid config says what it holds, with its warnings, in CI too', async (t) => {
  const files = {
    'octo.yaml': `include: [b.yaml]\n${SERVED}services: {web: {health: [{tool: t, args: ["$HOME"]}]}}\n`,
    'b.yaml': 'name: b\n',
  }
  const { octo } = aFolder(t, files)
  for (const env of [{}, { CI: 'true' }]) {
    const { code, stdout, stderr } = await octo([], env)
    assert.deepEqual([code, stderr], [0, ''])
    const [warning, , valid] = linesOf(stdout)
    assert.match(warning ?? '', /^octo\.yaml:3:\d+: warning: `\$HOME` stays as it is/)
    assert.equal(valid, 'the config is valid: 2 documents, 1 service, 1 repo')
  }
})

test('in CI an unknown key is one problem among the others', async (t) => {
  const { octo } = aFolder(t, { 'octo.yaml': 'servces: {}\nname: 010\n' })
  const { code, stdout } = await octo([], { CI: 'true' })
  assert.equal(code, 78)
  assert.equal(linesOf(stdout).length, 2)
})

test('a value that is read in several ways is one problem', async (t) => {
  const { octo } = aFolder(t, {
    'octo.yaml': `${SERVED}services: {web: {health: [{tool: t, args: {a: "{{.env.NONE}}"}}]}}\n`,
  })
  assert.equal(linesOf((await octo([])).stdout).filter((line) => line.includes('error')).length, 1)
})

test('a fetched document that cannot be had is no problem of the config, and ends the command as elsewhere', async (t) => {
  const { octo } = aFolder(t, { 'octo.yaml': 'include: ["https://x.example/a.yaml"]\nservces: {}\n' })
  const { code, stdout, stderr } = await octo(['--offline'])
  assert.deepEqual([code, stdout], [69, ''])
  assert.match(stderr, /OFFLINE/)
})

test('a config with thousands of problems ends soon', async (t) => {
  const checks = Array.from({ length: 3000 }, (_, index) => `{args: [${index}]}`).join(', ')
  const { octo } = aFolder(t, { 'octo.yaml': `services: {web: {health: [${checks}]}}\n` })
  const { code, stdout } = await octo([])
  assert.equal(code, 78)
  assert.equal(linesOf(stdout).length, 200)
})

test('where there are colours, they are those of a terminal, and only ours', async (t) => {
  const { octo } = aFolder(t, {
    'octo.yaml': String.raw`operator: {repos: {core: {url: "x.example/\u001b]0;owned\u0007core.yaml", trust: unsigned}}}`,
  })
  const { stdout } = await octo([], { NO_COLOR: '', FORCE_COLOR: '1' })
  assert.ok(stdout.startsWith('octo.yaml:1:27: \u001b[31merror\u001b[39m: address `x.example/\\u{1b}]0;owned'), stdout)
  assert.ok(!stdout.includes('\u001b]'), stdout)
})
