// By which names an operator of containers is told of checks: those of `core` alone are its own to ask.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OperatorInput } from '../../../config/model/operator-input.ts'
import { parsePluginRequest } from '../../../config/model/plugin-request.ts'
import { withReposOfChecks } from '../../../operator/operators/name-repos.ts'
import { healthCheckOf } from '../../../plugins/operator-compose/health.ts'
import { checksOf } from '../../../sdk/operator/index.ts'

const pin = (text: string, repo: string) => ({
  ...parsePluginRequest(text),
  repo: parsePluginRequest(`${repo}/x`).repo,
})

type Known = Parameters<typeof withReposOfChecks>[1]

function namesFor(tools: readonly unknown[], known: Partial<Known>): unknown {
  const health = tools.map((tool) => ({ tool, args: { port: 80 } }))
  const input = { name: 'shop', octoctl: {}, configs: {}, services: { web: { image: 'x', octocompose: { health } } } }
  const { services } = withReposOfChecks(
    { ...input, repos: {} } as unknown as OperatorInput,
    {
      ...{ pins: [], lockedKeys: [] },
      ...known,
    } as Known,
  )
  return services.web?.octocompose
}

const toolsOf = (ours: unknown) => (ours as { health: { tool: unknown }[] }).health.map(({ tool }) => tool)

const ROWS: readonly (readonly [string, Partial<Known>, string, string])[] = [
  ['nobody says otherwise', {}, 'check-tcp', 'check-tcp'],
  ['a pin says so', { pins: [pin('check-tcp', 'acme')] } as Partial<Known>, 'check-tcp@^1', 'acme/check-tcp@^1'],
  ['a pin names core', { pins: [pin('check-tcp', 'core')] } as Partial<Known>, 'check-tcp', 'check-tcp'],
  ['it is locked from another repo', { lockedKeys: ['acme/check-tcp'] }, 'check-tcp', 'acme/check-tcp'],
  ['it is locked from core too', { lockedKeys: ['acme/check-tcp', 'core/check-tcp'] }, 'check-tcp', 'check-tcp'],
  ['the check names its repo', { lockedKeys: ['acme/check-tcp'] }, 'other/check-tcp', 'other/check-tcp'],
  ['an older name', { lockedKeys: ['acme/check-tcp-port'] }, 'check-open-port', 'acme/check-tcp-port'],
  ['the service itself', { lockedKeys: ['acme/run-service'] }, 'run-service', 'run-service'],
  ['no name', { lockedKeys: ['acme/check-tcp'] }, 'Not A Name', 'Not A Name'],
]

for (const [what, known, written, told] of ROWS)
  test(`a check is told of as \`${told}\` where ${what}`, () => {
    assert.deepEqual(toolsOf(namesFor([written], known)), [told])
  })

test('what is not a check stays as it is', () => {
  assert.deepEqual(toolsOf(namesFor([7], { lockedKeys: ['acme/check-tcp'] })), [7])
})

test('a check of another repo is not asked by what an image brings, and one of core is', () => {
  const asked = (known: Partial<Known>) => {
    const settings = namesFor(['check-tcp'], known)
    const service = { settings, installed: new Map() } as unknown as Parameters<typeof checksOf>[0]
    return healthCheckOf(checksOf(service, 'health', ['compose']), undefined)
  }
  assert.ok(asked({}).healthcheck)
  const { healthcheck, left } = asked({ pins: [pin('check-tcp', 'acme')] } as Partial<Known>)
  assert.deepEqual([healthcheck, left], [undefined, ['acme/check-tcp']])
})
