// The table of contracts beside what OCM's own manager and plugins really say.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAnnouncement, renderAnnouncement } from '../../../../schemas/contract/ocm/announcement.ts'
import { parseCapabilities, renderCapabilities, routedTypes } from '../../../../schemas/contract/ocm/capabilities.ts'
import type { Capability } from '../../../../schemas/contract/ocm/contracts.ts'
import { CAPABILITIES, CONTRACTS } from '../../../../schemas/contract/ocm/contracts.ts'
import { parseCredentials, renderCredentials } from '../../../../schemas/contract/ocm/credentials.ts'
import type { Endpoint } from '../../../../schemas/contract/ocm/endpoints.ts'
import { readQuery, renderQuery } from '../../../../schemas/contract/ocm/endpoints.ts'
import { parsePluginConfig, renderPluginConfig } from '../../../../schemas/contract/ocm/plugin-config.ts'
import { HEALTH_PATH, REFUSALS, SHUTDOWN_PATH, SUCCESS } from '../../../../schemas/contract/ocm/refusals.ts'
import type { CapturedRequest } from '../../../support/peers/ocm-captures.ts'
import { capturedCapabilities, capturedRequests, capturedResponses } from '../../../support/peers/ocm-captures.ts'

test('reads the capabilities of every plugin, and writes them again byte for byte', () => {
  const documents = capturedCapabilities()
  assert.equal(documents.size, 8)
  for (const [plugin, text] of documents) {
    const found = parseCapabilities(text, plugin)
    assert.equal(found.capabilities.length, 1, plugin)
    assert.deepEqual(found.unknown, [])
    const types = found.capabilities.flatMap(routedTypes)
    assert.deepEqual(
      types.map(({ type }) => type),
      ['DummyRepository/v1'],
      plugin,
    )
    assert.ok(types.every(({ schema }) => typeof schema === 'object' && '$defs' in schema))
    assert.equal(renderCapabilities(found), text)
  }
})

test('knows every request of the manager, and would write its query and its credentials the same', () => {
  const { requests } = capturedRequests()
  const asked = requests.filter(({ path }) => path !== HEALTH_PATH)
  assert.equal(asked.length, 65)
  for (const request of asked) {
    const endpoint = endpointOf(capabilityOf(request), request)
    assert.ok(endpoint, `${request.method} ${request.path}`)
    const question = endpoint.query ? readQuery(endpoint, new URLSearchParams(request.query)) : JSON.parse(request.body)
    assert.deepEqual(endpoint.request.parse(question), question)
    assert.equal(renderQuery(endpoint, question), request.query)
    assertCredentials(endpoint, request.headers.Authorization)
  }
})

test('the manager asks every endpoint that it can reach', () => {
  const { requests } = capturedRequests()
  const asked = new Set(requests.flatMap((request) => [`${capabilityOf(request)} ${request.path}`]))
  const missing = CAPABILITIES.flatMap((capability) =>
    endpointsOf(capability)
      .filter(({ path }) => !asked.has(`${capability} ${path}`))
      .map(({ path }) => `${capability} ${path}`),
  )
  assert.deepEqual(missing, [
    'componentVersionRepository /component-version/check-health',
    'credentialRepository /consumer-identity',
    'credentialRepository /resolve',
  ])
})

test('reads every config of the manager, and writes it again byte for byte', () => {
  const { configs } = capturedRequests()
  assert.equal(configs.length, 21)
  for (const text of configs) assert.equal(renderPluginConfig(parsePluginConfig(text)), text)
})

test('takes every answer of the plugins as what it is', () => {
  const { responses, announced } = capturedResponses()
  const address = parseAnnouncement(announced)
  assert.equal(address?.kind, 'unix')
  assert.equal(renderAnnouncement(address), announced)
  const capabilities = capturedCapabilities()
  assert.equal(responses.length, 49)
  for (const { plugin, method, path, status, body } of responses) {
    const what = `${plugin}: ${method} ${path} -> ${status}`
    const [offered] = parseCapabilities(capabilities.get(plugin) ?? '', plugin).capabilities
    assert.ok(offered)
    // The Go SDK does not look at the method.
    const endpoint = endpointsOf(offered.capability).find((one) => one.path === path)
    if (status !== SUCCESS) assert.ok(isKnownRefusal(status, body), what)
    else if (endpoint?.response && body !== '') assert.ok(endpoint.response.safeParse(JSON.parse(body)).success, what)
    else if (endpoint?.response) assert.ok(isKnownRefusal(status, body), what)
    else if (!endpoint) assert.ok([HEALTH_PATH, SHUTDOWN_PATH].includes(path), what)
  }
})

function assertCredentials(endpoint: Endpoint, sent: string | undefined): void {
  const credentials = parseCredentials(sent)
  assert.equal(renderCredentials(credentials, endpoint.credentials), sent)
}

/** Its name is in the id; where one plugin has all, any that has the path. */
function capabilityOf({ id, path }: CapturedRequest): Capability {
  const named = CAPABILITIES.find((capability) => id.endsWith(`-${capability}`))
  const found = named ?? CAPABILITIES.find((capability) => endpointsOf(capability).some((one) => one.path === path))
  assert.ok(found ?? path === HEALTH_PATH, path)
  return found ?? 'componentVersionRepository'
}

function endpointOf(capability: Capability, { method, path }: CapturedRequest): Endpoint | undefined {
  return endpointsOf(capability).find((one) => one.method === method && one.path === path)
}

function endpointsOf(capability: Capability): readonly Endpoint[] {
  return Object.values(CONTRACTS[capability].endpoints)
}

/** By its status and how its text begins. */
function isKnownRefusal(status: number, body: string): boolean {
  return Object.values(REFUSALS).some(({ others }: { others: readonly (readonly [number, string])[] }) =>
    others.some(([other, text]) => other === status && body.startsWith(text)),
  )
}
