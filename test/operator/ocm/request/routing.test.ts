// Which plugin a call is for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HostPlugin, ServicePlugin } from '../../../../operator/ocm/plugin.ts'
import type { Question } from '../../../../operator/ocm/request/routing.ts'
import { routeCall } from '../../../../operator/ocm/request/routing.ts'
import { parseCapabilities } from '../../../../schemas/contract/ocm/capabilities.ts'
import type { CodedError } from '../../../../schemas/errors.ts'
import { expectCode } from '../../../support/assertions/expect-code.ts'
import { capturedCapabilities } from '../../../support/peers/ocm-captures.ts'

function aPlugin(name: string, document: object | string): ServicePlugin {
  const text = typeof document === 'string' ? document : JSON.stringify(document)
  return { name, capabilities: parseCapabilities(text, name), open: () => assert.fail('nothing is started') }
}

const lists = (key: string, ...types: string[]) => ({
  [key]: types.map((type) => ({ type, aliases: [`${type}-alias`] })),
})
const lister = (...types: string[]) => ({ type: 'componentLister', ...lists('supportedRepositorySpecTypes', ...types) })
const signer = (...types: string[]) => ({ type: 'signingHandler', ...lists('supportedSigningSpecTypes', ...types) })
const credentials = {
  type: 'credentialRepository',
  ...lists('supportedConsumerIdentityTypes', 'Consumer/v1'),
  ...lists('supportedCredentialRepositorySpecTypes', 'Vault/v1'),
  ...lists('customCredentialTypes', 'Token/v1'),
}

const PLUGINS = [
  aPlugin('one', { capabilities: [lister('A/v1')] }),
  aPlugin('two', { capabilities: [lister('B/v1'), signer('A/v1', 'S')] }),
  aPlugin('vault', { capabilities: [credentials] }),
]

const about = (type: string) => ({ repository: { type }, last: '' })
const ROUTES: readonly (readonly [string, Question, string])[] = [
  ['by the type of the request', { endpoint: 'listComponents', request: about('A/v1') }, 'one componentLister'],
  ['by an alias', { endpoint: 'listComponents', request: about('B/v1-alias') }, 'two componentLister'],
  [
    'another capability of the same plugin',
    { endpoint: 'sign', request: { config: { type: 'A/v1' } } },
    'two signingHandler',
  ],
  ['by a type that is named', { endpoint: 'verify', request: {}, type: 'S' }, 'two signingHandler'],
  ['by the name of the plugin', { endpoint: 'listComponents', request: {}, plugin: 'two' }, 'two componentLister'],
  [
    'by a capability',
    { endpoint: 'credentialRepository.resolve', request: {}, type: 'Vault/v1' },
    'vault credentialRepository',
  ],
  ['by a type of consumers', { endpoint: 'resolve', request: {}, type: 'Consumer/v1' }, 'vault credentialRepository'],
]

test('a call goes to the plugin that has its endpoint and its type', () => {
  for (const [title, question, route] of ROUTES) {
    const { plugin, capability } = routeCall(question, PLUGINS)
    assert.equal(`${plugin.name} ${capability}`, route, title)
  }
})

test('a call that is for nobody, or for several, says so', () => {
  const refused: readonly (readonly [
    Question,
    'CONTRACT_UNSUPPORTED' | 'NAME_AMBIGUOUS' | 'PLUGIN_NOT_FOUND' | 'USAGE',
  ])[] = [
    [{ endpoint: 'listComponents', request: about('A') }, 'CONTRACT_UNSUPPORTED'],
    [{ endpoint: 'listComponents', request: about('a/v1') }, 'CONTRACT_UNSUPPORTED'],
    [{ endpoint: 'listComponents', request: {} }, 'CONTRACT_UNSUPPORTED'],
    [{ endpoint: 'listComponents', request: about('A/v1'), plugin: 'two' }, 'CONTRACT_UNSUPPORTED'],
    [{ endpoint: 'resolve', request: {}, type: 'Token/v1' }, 'CONTRACT_UNSUPPORTED'],
    [{ endpoint: 'transformBlob', request: { specification: { type: 'A/v1' } } }, 'CONTRACT_UNSUPPORTED'],
    [{ endpoint: 'sign', request: {}, plugin: 'three' }, 'PLUGIN_NOT_FOUND'],
    [{ endpoint: 'teleport', request: {} }, 'USAGE'],
    [{ endpoint: 'getIdentity', request: { type: { type: 'A/v1' } } }, 'NAME_AMBIGUOUS'],
  ]
  const twin = aPlugin('twin', { capabilities: [lister('A/v1')] })
  for (const [question, code] of refused)
    expectCode(code, () => routeCall(question, code === 'NAME_AMBIGUOUS' ? [...PLUGINS, twin] : PLUGINS))
})

test('a request without a type is told so where somebody has the endpoint, and which words tell several apart', () => {
  const said = (question: Question, plugins = PLUGINS) => {
    try {
      routeCall(question, plugins)
    } catch (error) {
      const { message, hint } = error as CodedError
      return `${message}; ${hint}`
    }
    return 'nothing'
  }
  assert.equal(
    said({ endpoint: 'listComponents', request: {} }),
    'the request says no type, by which a plugin is chosen for `listComponents`; say whom it is for: `--plugin NAME` or `--type TYPE`',
  )
  assert.equal(
    said({ endpoint: 'transformBlob', request: {} }, []),
    'there is no service plugin; those that there are: `octo plugin ls`',
  )
  const lists = aPlugin('lists', { capabilities: [lister('A/v1')] })
  assert.equal(
    said({ endpoint: 'transformBlob', request: {} }, [lists]),
    'no plugin has `transformBlob`; what plugins have: `octo plugin ls`',
  )
  const twin = aPlugin('twin', { capabilities: [lister('A/v1')] })
  assert.match(
    said({ endpoint: 'listComponents', request: about('A/v1') }, [lists, twin]),
    /; say which: `--plugin NAME`$/,
  )
})

test("what is octo's own comes before all others of its type, and others answer by their name", () => {
  const own: HostPlugin = { ...aPlugin('own', { capabilities: [lister('A/v1')] }), answer: async () => null }
  const all = [...PLUGINS, own]
  const asked = { endpoint: 'listComponents', request: about('A/v1') }
  assert.equal(routeCall(asked, all).plugin.name, 'own')
  assert.equal(routeCall({ ...asked, request: about('A/v1-alias') }, all).plugin.name, 'own')
  assert.equal(routeCall({ ...asked, plugin: 'one' }, all).plugin.name, 'one')
  assert.equal(routeCall({ ...asked, request: about('B/v1') }, all).plugin.name, 'two')
  const second = { ...own, name: 'second' }
  expectCode('NAME_AMBIGUOUS', () => routeCall(asked, [...all, second]))
})

test("each of OCM's own test plugins is found for its type", () => {
  const all = [...capturedCapabilities()].map(([name, text]) => aPlugin(name, text))
  const type = 'DummyRepository/v1'
  const asked = [
    ['listComponentVersions', 'test-plugin-component-version'],
    ['listComponents', 'test-plugin-component-lister'],
    ['transformBlob', 'test-plugin-blobtransformer'],
    ['processResourceDigest', 'test-plugin-digester'],
    ['processResource', 'test-plugin-input'],
    ['getResource', 'test-plugin-resource'],
    ['sign', 'test-plugin-signinghandler'],
    ['credentialRepository.resolve', 'test-plugin-credential-repository'],
  ] as const
  for (const [endpoint, name] of asked) assert.equal(routeCall({ endpoint, request: {}, type }, all).plugin.name, name)
})
