// Which checks of a config run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PHASES } from '../../../config/model/config.ts'
import { planChecks, requestsOfPlan, withoutChecks } from '../../../operator/check/plan.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const TEXT = `
operator:
  plugins: {check-tcp: ^1}
  services:
    web:
      preflight: [{tool: check-tcp-port}, {tool: run-service, args: {args: [preflight]}}]
      health:
        - {tool: check-tcp}
        - {tool: check-tcp, enabled: false}
        - {tool: check-docker, operators: [docker]}
        - {tool: check-both, operators: [docker, baremetal]}
      init: [{tool: run-service}]
    db: {enabled: false, health: [{tool: check-tcp}]}
    idle: {priority: 1}
`

test('checks that are disabled or for other operators are skipped with the reason, run-service is no plugin', async (t) => {
  const config = await readFiles(t, { 'octo.yaml': TEXT })
  const plan = planChecks(config, { services: [], phases: ['preflight', 'health'] })
  const rows = plan.map(({ service, request, fate }) => [
    service,
    request.plugin,
    fate.kind === 'run' ? 'run' : fate.reason,
  ])
  assert.deepEqual(rows, [
    ['web', 'check-tcp-port', 'run'],
    ['web', 'run-service', 'run'],
    ['web', 'check-tcp', 'run'],
    ['web', 'check-tcp', 'check is disabled'],
    ['web', 'check-docker', 'only for `docker`, this is `baremetal`'],
    ['web', 'check-both', 'run'],
    ['db', 'check-tcp', 'service is disabled'],
  ])
  assert.deepEqual(requestsOfPlan(plan), [
    { plugin: 'check-tcp-port' },
    { plugin: 'check-tcp', range: '^1' },
    { plugin: 'check-both' },
  ])
})

test('run-service is for the operator of the config to run, and for local documents to say', async (t) => {
  const fates = async (text: string) => {
    const config = await readFiles(
      t,
      { 'octo.yaml': text },
      { fetchText: async () => 'services: {web: {octocompose: {health: [{tool: run-service}]}}}' },
    )
    return planChecks(config, { services: [], phases: PHASES }).map(({ fate }) =>
      fate.kind === 'run' ? 'run' : `${fate.kind}: ${fate.reason}`,
    )
  }
  assert.deepEqual(await fates('services: {web: {init: [{tool: run}]}}'), ['run'])
  assert.deepEqual(await fates('octoctl: {operator: docker}\nservices: {web: {octocompose: {init: [{tool: run}]}}}'), [
    'refuse: the operator `docker` runs the service, and so `run-service`',
  ])
  const include = 'include: [{url: "https://x.example/a.yaml", trust: unsigned}]\n'
  assert.deepEqual(await fates(`${include}services: {web: {command: [sleep]}}`), [
    'refuse: `run-service` of a document from elsewhere does not run a program of this machine',
  ])
})

test('services and phases can be chosen', async (t) => {
  const config = await readFiles(t, { 'octo.yaml': TEXT })
  const plan = planChecks(config, { services: ['web'], phases: ['init'] })
  assert.deepEqual(
    plan.map(({ phase, request }) => [phase, request.plugin]),
    [['init', 'run-service']],
  )
  const error = expectCode('USAGE', () => planChecks(config, { services: ['wep'], phases: PHASES }))
  assert.match(error.hint ?? '', /`web`/)
})

test('a gate that would check nothing is refused', async (t) => {
  const config = await readFiles(t, { 'octo.yaml': TEXT })
  expectCode('CONFIG_INVALID', () => planChecks(config, { services: ['idle'], phases: PHASES }))
  expectCode('CONFIG_INVALID', () => planChecks({ ...config, services: [] }, { services: [], phases: PHASES }))
})

test('a gate whose every check is switched off is refused with the reasons, and one that still has a check is not', async (t) => {
  const off = [
    'operator: {services: {a: {disabled: true, health: [{tool: c}]}}}',
    'operator: {services: {a: {health: [{tool: c, enabled: false}, {tool: d, operators: [docker]}]}}}',
    'services: {a: {octocompose: {enabled: no, health: [{tool: c}]}}, b: {health: [{tool: c, disabled: on}]}}',
  ]
  for (const text of off) {
    const config = await readFiles(t, { 'octo.yaml': `${text}\n` })
    const error = expectCode('CONFIG_INVALID', () => planChecks(config, { services: [], phases: PHASES }))
    assert.match(error.message, /no check would run: `a health c`: (service|check) is disabled/)
  }
  const config = await readFiles(t, { 'octo.yaml': TEXT })
  expectCode('CONFIG_INVALID', () => planChecks(config, { services: ['db'], phases: PHASES }))
  assert.equal(planChecks(config, { services: ['idle', 'web'], phases: ['health'] }).length, 4)
})

test('a service that was named is never passed over: it runs something, is refused or unknown', async (t) => {
  const text = `${TEXT}    off: {disabled: true}\n`
  const config = await readFiles(t, { 'octo.yaml': text })
  const planned = planChecks(config, { services: ['web', 'db'], phases: PHASES })
  const ofDb = planned.filter(({ service }) => service === 'db')
  assert.deepEqual(
    [...new Set(ofDb.map(({ fate }) => JSON.stringify(fate)))],
    ['{"kind":"refuse","reason":"service is disabled"}'],
  )
  assert.ok(planned.some(({ service, fate }) => service === 'web' && fate.kind === 'run'))
  assert.ok(planned.some(({ service, fate }) => service === 'web' && fate.kind === 'skip'))
  const statuses = (services: readonly string[]) =>
    withoutChecks(config, { services, phases: PHASES }).map(({ service, status }) => [service, status])
  assert.deepEqual(statuses(['web', 'idle', 'off']), [
    ['idle', 'unknown'],
    ['off', 'unknown'],
  ])
  assert.deepEqual(statuses([]), [
    ['idle', 'skipped'],
    ['off', 'skipped'],
  ])
})

test('the port of a service that runs here is its own, so that nothing asks whether it is free', async (t) => {
  const yaml =
    'services: {web: {command: [x], preflight: [{tool: check-open-port}, {tool: check-disk}], health: [{tool: check-tcp-port}]}}\n'
  const config = await readFiles(t, { 'octo.yaml': yaml })
  const fates = (running: readonly string[], services: readonly string[] = []) =>
    planChecks(config, { services, phases: PHASES, running: new Set(running) }).map(({ phase, request, fate }) => [
      phase,
      request.plugin,
      fate.kind === 'run' ? 'run' : `${fate.kind}: ${fate.reason}`,
    ])
  const others = [
    ['preflight', 'check-disk', 'run'],
    ['health', 'check-tcp-port', 'run'],
  ]
  assert.deepEqual(fates(['db']), [['preflight', 'check-tcp-port', 'run'], ...others])
  const own = ['preflight', 'check-tcp-port', 'skip: the service runs, and has its port']
  assert.deepEqual(fates(['web']), [own, ...others])
  const alone = await readFiles(t, {
    'octo.yaml': 'services: {web: {command: [x], preflight: [{tool: check-tcp-port}]}}\n',
  })
  for (const services of [[], ['web']])
    assert.deepEqual(
      planChecks(alone, { services, phases: PHASES, running: new Set(['web']) }).map(({ fate }) => fate.kind),
      ['skip'],
      'that is no reason to call nothing checked',
    )
})
