// Names of services stand in every output as they are, so none holds what a terminal, a log or a reader takes for more than letters.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printableJsonLine } from '../../../schemas/quote.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readConfig } from '../../support/builders/read-configs.ts'
import { readFiles, writeConfigFiles } from '../../support/machine/config-files.ts'

const UNSEEN = ['\u001b[31mred', 'web\nall well', 'web\r', 'web\t1', '\u202eevil', 'we\u200bb', 'web\u2028', '\u009b2J']
const WEB = 'https://x.example/shared.yaml'

/** Of all the places that name one. */
const documentsWith = (name: string) => [
  `services: {${printableJsonLine(name)}: {health: [{tool: check-tcp}]}}\n`,
  `services: {${printableJsonLine(name)}: {command: [sleep, "1"]}}\n`,
  `services: {${printableJsonLine(name)}: {}}\n`,
  `operator: {services: {${printableJsonLine(name)}: {health: []}}}\n`,
]

for (const name of UNSEEN)
  test(`no service is called ${JSON.stringify(name)}, wherever the name comes from`, async (t) => {
    for (const document of documentsWith(name)) {
      const local = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'octo.yaml': document }))
      assert.match(local.message, /has a character in its name that cannot be seen$/)
      const fetched = await expectCodeAsync('CONFIG_INVALID', async () =>
        readConfig(undefined, {
          cwd: await writeConfigFiles(t, { 'octo.yaml': `include: [{url: "${WEB}"}]\n` }),
          env: {},
          fetchText: async () => document,
        }),
      )
      assert.match(fetched.message, /has a character in its name that cannot be seen$/)
      assert.doesNotMatch(`${local.message}${fetched.message}${fetched.hint}`, /[\p{Cc}\p{Cf}\p{Zl}]/u)
    }
  })

test('what can be seen is a name, in any writing', async (t) => {
  const names = ['web', 'web-1.api_x', 'Datenbank für alle', 'сервис', '数据库', 'a:b', '<web> & "co"']
  const text = names.map((name) => `  ${JSON.stringify(name)}: {health: [{tool: check-tcp}]}\n`).join('')
  const { services } = await readFiles(t, { 'octo.yaml': `services:\n${text}` })
  assert.deepEqual(
    services.map(({ name }) => name),
    names,
  )
})

test('one among others is told beside all other problems', async (t) => {
  const problems: string[] = []
  await readFiles(
    t,
    { 'octo.yaml': 'services: {"a\\eb": {}, web: {health: [{tool: check-tcp, timeout: soon}]}}\n' },
    { onProblem: ({ message }) => problems.push(message) },
  )
  assert.equal(problems.length, 2, problems.join('\n'))
})
