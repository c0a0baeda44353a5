// Sources of secrets that are refused: in a config at once, and where only a start needs them, of the service that is started.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { stringify } from 'yaml'
import type { OctoConfig } from '../../../config/model/config.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const VAULT = { tool: 'vault-client', args: { address: 'https://vault.example', token: 'hvs.x' } }

const read = (t: TestContext, local: object): Promise<OctoConfig> => readFiles(t, { 'octo.yaml': stringify(local) })
const web = (secrets: unknown, more: object = {}) => ({ octocompose: { command: ['/bin/web'], secrets, ...more } })

const REFUSED: readonly (readonly [what: string, local: object, message: RegExp])[] = [
  [
    'no plugin anywhere',
    { services: { web: web([{ args: {} }]) } },
    /does not name its plugin, and the project has none/,
  ],
  ['true without a project', { services: { web: web(true) } }, /the project has none/],
  ['a name', { services: { web: web(['db']) } }, /is a map with `tool` and `args`/],
  [
    'a list of arguments',
    { services: { web: web([{ tool: 'a', args: ['b'] }]) } },
    /`args` of a source of secrets is no map/,
  ],
  ['arguments twice', { services: { web: web([{ tool: 'a', args: {}, config: {} }]) } }, /says the same as `args`/],
  ['two of the project', { octoctl: { secrets: VAULT }, operator: { secrets: VAULT } }, /a second source of secrets/],
  [
    'variables of the project',
    { octoctl: { secrets: { ...VAULT, environment: { A: 'a' } } } },
    /stands with a service/,
  ],
  ['no name of a variable', { services: { web: web([{ ...VAULT, environment: { 'A-B': 'a' } }]) } }, /`A-B` is no key/],
  [
    'no name of a variable in a list',
    { services: { web: web([{ ...VAULT, environment: ['A-B'] }]) } },
    /`A-B` is no name of an environment variable/,
  ],
  [
    'a name beside a source, among the keys of Compose',
    { services: { web: { command: ['/bin/web'], secrets: [VAULT, 'db'] } } },
    /is a map with `tool` and `args`/,
  ],
  [
    'a list of values',
    { services: { web: web([{ ...VAULT, values: ['password'] }], { config: { file: 'json' } }) } },
    /`values` of a source of secrets is no map/,
  ],
  [
    'a word for its variables',
    { services: { web: web([{ ...VAULT, environment: 'PASSWORD' }]) } },
    /`environment` of a source of secrets is no map/,
  ],
  ['a name for the project', { octoctl: { secrets: 'vault-client' } }, /is a map with `tool` and `args`/],
  ...['database..password', '.password', 'a.__proto__.b'].map(
    (path) =>
      [
        `\`${path}\` as a place of a value`,
        { services: { web: web([{ ...VAULT, values: { [path]: 'a' } }], { config: { file: 'json' } }) } },
        /is no key/,
      ] as const,
  ),
  [
    'no name of a secret',
    { services: { web: web([{ ...VAULT, environment: { A: '../a' } }]) } },
    /no name of a secret/,
  ],
  [
    'no signal',
    { services: { web: web([{ ...VAULT, on_change: 'SIGKILL' }]) } },
    /`SIGKILL` is nothing that a service can be told/,
  ],
  ['a repo that is not there', { services: { web: web([{ tool: 'other/vault-client' }]) } }, /the repo `other`/],
  ['no duration', { services: { web: web([{ ...VAULT, refresh: 'often' }]) } }, /`refresh` is no duration/],
]

for (const [what, local, message] of REFUSED)
  test(`a config whose source of secrets has ${what} is refused`, async (t) => {
    const error = await read(t, local).catch((found: unknown) => found)
    assert.ok(isCoded(error) && ['CONFIG_INVALID', 'REPO_NOT_FOUND'].includes(error.code))
    assert.match(error.message, message)
  })

const NOT_STARTED: readonly (readonly [what: string, local: object, message: RegExp])[] = [
  [
    'a variable that is not set',
    { services: { web: web([{ tool: 'a', args: { token: '{{.env.VAULT_TOKEN}}' } }]) } },
    /VAULT_TOKEN/,
  ],
  [
    'a variable that `environment` says too',
    { services: { web: web([{ ...VAULT, environment: { A: 'a' } }], { environment: { A: '1' } }) } },
    /variable `A` is said twice/,
  ],
  [
    'a variable of two sources',
    { services: { web: web([1, 2].map(() => ({ ...VAULT, environment: { A: 'a' } }))) } },
    /variable `A` is said twice/,
  ],
  ['values and no file', { services: { web: web([{ ...VAULT, values: { a: 'a' } }]) } }, /is not handed over/],
]

for (const [what, local, message] of NOT_STARTED)
  test(`a source with ${what} is an error of a start, and of nothing before`, async (t) => {
    const spec = (await read(t, local)).services.find(({ name }) => name === 'web')?.spec
    assert.ok(isCoded(spec, 'CONFIG_INVALID'))
    assert.match(spec.message, message)
  })
