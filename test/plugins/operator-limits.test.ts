// `limits` of a service in containers and in Kubernetes: the same as on this machine, or refused by name.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { FEATURES } from '../../plugins/operator-compose/features.ts'
import { render } from '../../plugins/operator-compose/render.ts'
import { OperatorProblem } from '../../sdk/operator/index.ts'
import { composeProblems } from '../support/builders/compose-schema.ts'
import { withService } from '../support/builders/operator-config.ts'
import { containerOf, rendered } from '../support/kubernetes/rendered.ts'

type Row = readonly [what: string, limits: object, compose: object, written: object]

const ROWS: readonly Row[] = [
  ['memory', { memory: '512m' }, {}, { mem_limit: '512m' }],
  ['memory in other letters', { memory: '512 MiB' }, {}, { mem_limit: '512MB' }],
  ['processors', { cpus: 1.5 }, {}, { cpus: 1.5 }],
  ['processes', { processes: 100 }, {}, { pids_limit: 100 }],
  ['open files', { open_files: 1024 }, {}, { ulimits: { nofile: 1024 } }],
  [
    'open files beside others',
    { open_files: 1024 },
    { ulimits: { nproc: 5 } },
    { ulimits: { nproc: 5, nofile: 1024 } },
  ],
  ['what Compose says as well', { memory: '1g' }, { mem_limit: '2g' }, { mem_limit: '1g' }],
  [
    'what Compose deploys as well',
    { memory: '1g', cpus: 2 },
    { deploy: { resources: { limits: { memory: '2g', pids: 9 } } } },
    { cpus: 2, deploy: { resources: { limits: { memory: '1g', pids: 9 } } } },
  ],
]

const KEYS = ['mem_limit', 'cpus', 'pids_limit', 'ulimits', 'deploy']

test(`limits are written in the words of Compose (${ROWS.length})`, () => {
  for (const [what, limits, compose, written] of ROWS) {
    const document = parse(
      render(withService({ ...compose, octocompose: { limits } }), FEATURES['compose 2'], '/s').text,
    )
    assert.deepEqual(composeProblems(document), [], what)
    const found = Object.entries(document.services.web).filter(([key]) => KEYS.includes(key))
    assert.deepEqual(Object.fromEntries(found), written, what)
  }
})

test('limits of memory and processors are those of the container, and what Kubernetes has not is refused', () => {
  const { resources } = containerOf({ octocompose: { limits: { memory: '512MiB', cpus: 1.5 } } })
  assert.deepEqual(resources, { limits: { cpu: '1500m', memory: '512Mi' } })
  for (const [limits, key] of [
    [{ processes: 5 }, 'pids_limit'],
    [{ open_files: 1024 }, 'ulimits'],
  ] as const)
    assert.throws(() => rendered(withService({ octocompose: { limits } })), new RegExp(`\`${key}\` cannot be written`))
})

const REFUSED = [
  { memory: 'much' },
  { memory: -1 },
  { cpus: 0 },
  { cpus: 'x' },
  { processes: 1.5 },
  { open_files: 0 },
  { gpus: 1 },
  5,
]

test(`what is no limit is refused, and never passed over (${REFUSED.length})`, () => {
  for (const limits of REFUSED)
    assert.throws(
      () => render(withService({ octocompose: { limits } }), FEATURES['compose 2'], '/s'),
      OperatorProblem,
      JSON.stringify(limits),
    )
})
