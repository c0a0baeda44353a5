// The data that an operator is given: octoctl's config.json, from configs of every format.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OperatorInput, RepoContents } from '../../../config/model/operator-input.ts'
import { operatorInput } from '../../../config/model/operator-input.ts'
import { openWholeConfig } from '../../support/machine/config-files.ts'

type Given = {
  readonly files: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly repos?: Partial<RepoContents>
}

async function inputOf(t: Parameters<typeof openWholeConfig>[0], { files, env = {}, repos }: Given) {
  const whole = await openWholeConfig(t, files, { env })
  return operatorInput(whole.effective(), { name: 'folder', ...(repos ? { repos } : {}) })
}

const NO_REPOS = { files: {}, operators: {}, tools: {}, services: {} }

const check = '{tool: check-tcp, args: {port: 8080}}'
const checked = { tool: 'check-tcp', args: { port: 8080 } }

type Row = { readonly says: string; readonly text: string; readonly expected: Partial<OperatorInput> }

const rows: readonly Row[] = [
  {
    says: 'services of the first format stand below `services`, their preflight as `validate`',
    text: `operator: {plugin: docker, services: {web: {preflight: [${check}], health: [${check}], depends: [{service: db}]}}}`,
    expected: {
      operator: { plugin: 'docker' },
      services: { web: { octocompose: { validate: [checked], health: [checked], depends: [{ service: 'db' }] } } },
    },
  },
  {
    says: "checks beside Compose's keys, as the second format had them, go where Compose never sees them",
    text: `services: {web: {image: a/b, healthcheck: {test: x}, validate: [${check}], init: [${check}], priority: 3}}`,
    expected: {
      services: {
        web: {
          ...{ image: 'a/b', healthcheck: { test: 'x' } },
          octocompose: { validate: [checked], init: [checked], priority: 3 },
        },
      },
    },
  },
  {
    says: 'an argument that stands flat on a check keeps its name, also one that every object of JavaScript has',
    text: 'operator: {services: {web: {health: [{tool: a, constructor: 1, toString: 2, toolArgs: {x: 3}}]}}}',
    expected: {
      services: {
        web: { octocompose: { health: [{ tool: 'a', constructor: 1, toString: 2, args: { x: 3 } } as never] } },
      },
    },
  },
  {
    says: 'the newest format stays as it is',
    text: `services: {web: {image: a/b, init: true, secrets: [key], octocompose: {validate: [${check}], config: {globals: g}}}}`,
    expected: {
      services: {
        web: {
          ...{ image: 'a/b', init: true, secrets: ['key'] },
          octocompose: { validate: [checked], config: { globals: 'g' } },
        },
      },
    },
  },
  {
    says: 'one service in all three places is one, its checks in the order in which octo runs them',
    text: `operator: {services: {web: {preflight: [{tool: a}], hooks: {preStart: [{tool: x}]}, init: [{tool: y}]}}}
services: {web: {image: i, preflightCheck: [{tool: b}], octocompose: {validate: [{tool: c}]}}}`,
    expected: {
      services: {
        web: {
          image: 'i',
          octocompose: {
            validate: [{ tool: 'a' }, { tool: 'b' }, { tool: 'c' }],
            init: [{ tool: 'x' }, { tool: 'y' }],
          },
        },
      },
    },
  },
  {
    says: 'spellings of checks that older formats had are the ones of today',
    text: 'services: {web: {octocompose: {health: [{tool: t, toolArgs: [a], successTreshold: 2, failureTreshold: 4}]}}}',
    expected: {
      services: {
        web: { octocompose: { health: [{ tool: 't', args: ['a'], successThreshold: 2, failureThreshold: 4 }] } },
      },
    },
  },
  {
    says: 'arguments that stand flat on a check are its `args`',
    text: 'operator: {services: {web: {health: [{tool: t, port: 8080, interval: 1s}]}}}',
    expected: {
      services: { web: { octocompose: { health: [{ tool: 't', interval: '1s', args: { port: 8080 } }] } } },
    },
  },
  ...[
    'services: {web: {image: i, enabled: false}}',
    'services: {web: {image: i, disabled: true}}',
    'services: {web: {image: i, octocompose: {enabled: false}}}',
    'services: {web: {image: i, octocompose: {disabled: yes}}}',
    'services: {web: {image: i}}\noperator: {services: {web: {enabled: no}}}',
  ].map((text) => ({
    says: `a service that is off is \`enabled: false\` beside Compose's keys: ${text}`,
    text,
    expected: { services: { web: { image: 'i', enabled: false } } },
  })),
  {
    says: 'a service that is said to be on says nothing',
    text: 'services: {web: {image: i, enabled: true, octocompose: {disabled: false}}}',
    expected: { services: { web: { image: 'i' } } },
  },
  {
    says: 'what is put together or used up goes, and every other key stays',
    text: `name: shop
globals: {g: {a: 1}}
version: "3"
networks: {front: {}}
x-mine: [1, two]
octoctl: {operator: docker}
configs: {web: {port: 80}}
services: {web: }`,
    expected: {
      ...{ name: 'shop', version: '3', networks: { front: {} }, 'x-mine': [1, 'two'] },
      ...{ octoctl: { operator: 'docker' }, configs: { web: { port: 80 } }, services: { web: {} } },
    },
  },
  { says: 'a config without a name gets one', text: 'services: {}', expected: { name: 'folder' } },
  { says: 'the name of the second format is one', text: 'projectID: shop', expected: { name: 'shop' } },
  { says: 'a name that looks like a number is a text', text: 'name: 12', expected: { name: '12' } },
  { says: 'an empty config is one without services', text: '\n', expected: { name: 'folder' } },
]

for (const { says, text, expected } of rows)
  test(says, async (t) => {
    assert.deepEqual(await inputOf(t, { files: { 'octo.yaml': text } }), {
      ...{ name: 'folder', octoctl: {}, configs: {}, services: {}, repos: NO_REPOS },
      ...expected,
    })
  })

test('templates of services are filled in, with the type of what they name, and not where `noTemplate` is said', async (t) => {
  const text = `configs: {web: {port: 8080, greeting: "{{.env.WHO}}"}}
services:
  web: {ports: ["{{.configs.web.port}}:80"], environment: {PORT: "{{.configs.web.port}}", WHO: "{{.configs.web.greeting}}"}}
  raw: {command: "docker ps --format {{.Names}}", octocompose: {config: {noTemplate: true}}}
  early: {command: "{{.Names}}", config: {noTemplate: true}}
`
  const input = await inputOf(t, { files: { 'octo.yaml': text }, env: { WHO: 'you' } })
  assert.deepEqual(input.services, {
    web: { ports: ['8080:80'], environment: { PORT: 8080, WHO: 'you' } },
    raw: { command: 'docker ps --format {{.Names}}', octocompose: { config: { noTemplate: true } } },
    early: { command: '{{.Names}}', octocompose: { config: { noTemplate: true } } },
  })
  assert.deepEqual(input.configs, { web: { port: 8080, greeting: '{{.env.WHO}}' } }, 'values are theirs who read them')
})

test('what the config says of a name counts before what its repos say, and is not mixed with it', async (t) => {
  const text = `repos:
  services: {web: {docker: {image: mine}}}
  tool: {old: {docker: {image: old}}}
  tools: {new: {docker: {image: new}}}
`
  const image = (name: string) => ({ docker: { image: name, tag: 'v1' } })
  const repos = { services: { web: image('theirs'), db: image('db') }, operators: { op: { source: {} } } }
  assert.deepEqual((await inputOf(t, { files: { 'octo.yaml': text }, repos })).repos, {
    files: {},
    operators: { op: { source: {} } },
    tools: { old: { docker: { image: 'old' } }, new: { docker: { image: 'new' } } },
    services: { web: { docker: { image: 'mine' } }, db: image('db') },
  })
})
