import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import {
  domainOf,
  parseComponentDomain,
  pluginComponent,
  readComponent,
  repoComponent,
  segmentOf,
} from '../../registry/component-name.ts'
import { chooseComponentDomain, rememberComponentDomain } from '../../registry/server/component-domain.ts'
import type { Name } from '../../schemas/name.ts'
import { isName } from '../../schemas/name.ts'
import { expectCode } from '../support/assertions/expect-code.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

/** The rules of the Open Component Model for names of components, and for those of resources and references. */
const COMPONENT = /^[a-z][-a-z0-9]*([.][a-z][-a-z0-9]*)*[.][a-z]{2,}(\/[a-z][-a-z0-9_]*([.][a-z][-a-z0-9_]*)*)+$/
const ELEMENT = /^[a-z0-9]([-_+a-z0-9]*[a-z0-9])?$/

const BASES: readonly (readonly [base: string, domain: string])[] = [
  ['https://plugins.example.com', 'plugins.example.com'],
  ['https://plugins.example.com:8443/octo', 'plugins.example.com'],
  ['https://PLUGINS.Example.com', 'plugins.example.com'],
  ['https://xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ['http://127.0.0.1:8787', 'octo.internal'],
  ['http://[::1]:8787', 'octo.internal'],
  ['http://localhost:8787', 'octo.internal'],
  ['http://registry', 'octo.internal'],
  ['https://1password.example.com', 'octo.internal'],
  ['https://plugins.example.c1', 'octo.internal'],
  [`https://${'a'.repeat(60)}.${'b'.repeat(60)}.com`, 'octo.internal'],
]

test('names of components begin with the host of the registry where OCM takes it, else with one of nobody', () => {
  for (const [base, domain] of BASES) assert.equal(domainOf(base), domain, base)
})

const NAMES = [
  'hello',
  'a',
  '7',
  '7zip',
  '0-0',
  'a--b',
  'n',
  'n-7zip',
  'plugin-registry',
  'x'.repeat(64),
  '9'.repeat(64),
]

test('every name of a repo and a plugin has one component, which OCM takes and which leads back', () => {
  const seen = new Set<string>()
  for (const repo of NAMES)
    for (const plugin of [undefined, ...NAMES]) {
      assert.ok(isName(repo) && (plugin === undefined || isName(plugin)))
      const component =
        plugin === undefined ? repoComponent('octo.internal', repo) : pluginComponent('octo.internal', repo, plugin)
      assert.match(component, COMPONENT)
      assert.ok(component.length <= 255)
      assert.ok(!seen.has(component), component)
      seen.add(component)
      assert.deepEqual(readComponent('octo.internal', component), { repo, plugin })
      const element = segmentOf((plugin ?? repo) as Name)
      assert.match(element, ELEMENT)
      assert.ok(element.length >= 2)
    }
})

test('no other spelling of a component leads to a repo or plugin', () => {
  const others = [
    ...['core', 'octo.internal', 'octo.internal/', 'octo.internal/core/', 'octo.internal/core/hello/x'],
    ...[
      'octo.internal/7zip',
      'octo.internal/n_hello',
      'octo.internal/n_',
      'octo.internal/core/a',
      'octo.internal/CORE',
    ],
    ...[
      'octo.internals/core',
      'other.internal/core',
      'octo.internal//hello',
      'octo.internal/core/..',
      'octo.internal/con',
    ],
  ]
  for (const other of others) assert.equal(readComponent('octo.internal', other), undefined, other)
})

test('a domain that was chosen is remembered with the data, and one that OCM would not take is refused', async (t) => {
  const dataDir = tempFolder(t)
  assert.equal(await chooseComponentDomain(dataDir, undefined), undefined)
  await rememberComponentDomain(dataDir, 'acme.org')
  assert.equal(await chooseComponentDomain(dataDir, undefined), 'acme.org')
  assert.equal(await chooseComponentDomain(dataDir, 'other.acme.org'), 'other.acme.org')
  assert.deepEqual(readdirSync(dataDir), ['component-domain'])
  for (const text of [
    '',
    'acme',
    'Acme.org',
    '127.0.0.1',
    'acme.org/x',
    'acme.org:80',
    '-a.org',
    `${'a'.repeat(117)}.org`,
  ])
    expectCode('USAGE', () => parseComponentDomain(text))
})
