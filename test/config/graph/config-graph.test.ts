// What `octo graph` draws: each service, what it waits for, and each plugin with what it is for; and that names are only names.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stringify } from 'yaml'
import type { ConfigGraph } from '../../../config/graph/config-graph.ts'
import { configGraph } from '../../../config/graph/config-graph.ts'
import { layersOf } from '../../../config/graph/layers.ts'
import { mermaidOf } from '../../../config/graph/mermaid.ts'
import { svgOf } from '../../../config/graph/svg.ts'
import { seededRandom } from '../../support/builders/seeded-random.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const CONFIG = {
  operator: {
    repos: { acme: { url: 'https://plugins.example/repos/acme.yaml', trust: 'unsigned' } },
    plugins: { mail: '^1' },
    notifications: [{ notifier: 'mail' }],
  },
  services: {
    web: {
      command: ['/bin/web'],
      depends_on: { api: { condition: 'service_healthy' }, cache: { required: false } },
      octocompose: {
        preflight: [{ tool: 'check-tcp' }],
        health: [{ tool: 'check-tcp' }, { tool: 'run-service', args: ['ping'] }],
      },
    },
    api: { image: 'acme/api', depends_on: ['db', 'gone'], octocompose: { health: [{ tool: 'check-tcp@^2' }] } },
    db: {
      octocompose: {
        plugin: 'acme/postgres',
        health: [
          { tool: 'check-disk', enabled: false },
          { tool: 'check-pod', operators: ['docker'] },
        ],
      },
    },
    off: { enabled: false, command: ['/bin/off'], octocompose: { health: [{ tool: 'check-off' }] } },
  },
}

const edgesOf = ({ nodes, edges }: ConfigGraph) => {
  const name = (id: string) => nodes.find((node) => node.id === id)?.name
  return edges.map(({ from, to, kind, labels }) => `${name(from)} ${kind} ${name(to)}: ${labels.join(' ')}`)
}

test('services, what they wait for and the plugins behind them are drawn; what is switched off is not', async (t) => {
  const graph = configGraph(await readFiles(t, { 'octo.yaml': stringify(CONFIG) }))
  assert.deepEqual(edgesOf(graph), [
    'web waits api: healthy',
    'web waits cache: started',
    'web uses check-tcp: preflight health',
    'api waits db: started',
    'api waits gone: started',
    'api uses check-tcp: health',
    'db uses acme/postgres: runs',
    'notifications uses mail: tell',
  ])
  const kinds = Object.fromEntries(graph.nodes.map(({ id, kind }) => [id, kind]))
  assert.deepEqual(kinds, {
    ...{ 'service web': 'service', 'service api': 'service', 'service db': 'service' },
    ...{ 'service cache': 'missing', 'service gone': 'missing', notifications: 'notifications' },
    ...{ 'plugin check-tcp@': 'plugin', 'plugin check-tcp@^2': 'plugin', 'plugin acme/postgres@': 'plugin' },
    'plugin mail@^1': 'plugin',
  })
})

test('named services bring what they wait for, a lockfile the versions, and nobody else', async (t) => {
  const config = await readFiles(t, { 'octo.yaml': stringify(CONFIG) })
  const graph = configGraph(config, { services: ['api'], versionOf: ({ plugin }) => `${plugin.length}.0.0` })
  assert.deepEqual(
    graph.nodes.map(({ name, version }) => [name, version]),
    [
      ['api', undefined],
      ['db', undefined],
      ['gone', undefined],
      ['check-tcp', '9.0.0'],
      ['acme/postgres', '8.0.0'],
    ],
  )
})

test('Mermaid has a line for each node and edge', async (t) => {
  const config = await readFiles(t, { 'octo.yaml': stringify(CONFIG) })
  assert.equal(
    mermaidOf(configGraph(config, { services: ['api'] })),
    [
      'flowchart LR',
      '  n0["api"]',
      '  n1["db"]',
      '  n2["gone"]:::missing',
      '  n3(["check-tcp ^2"])',
      '  n4(["acme/postgres"])',
      '  n0 -->|"started"| n1',
      '  n0 -->|"started"| n2',
      '  n0 -.->|"health"| n3',
      '  n1 -.->|"runs"| n4',
      '  classDef missing stroke-dasharray: 4',
      '',
    ].join('\n'),
  )
})

const HOSTILE = [
  ...[
    '"]; click n0 "javascript:alert(1)',
    '<script>alert(1)</script>',
    '`**x**`',
    'a&#60;b',
    "it's",
    'end',
    'a\nb',
    '\u001b[31m',
  ],
  ...['</text></svg>', '--> n1', '%%{init: {}}%%', '#quot;', 'x'.repeat(5000), '\u202eabc', ']]>', '{{.env.HOME}}'],
]
const MERMAID_LINE =
  /^(flowchart LR| {2}n\d+(\["TEXT"\]|\["TEXT"\]:::missing|\(\["TEXT"\]\)|\{\{"TEXT"\}\})| {2}n\d+ (-->|-\.->)\|"TEXT"\| n\d+| {2}classDef missing stroke-dasharray: 4|)$/
const TAGS = 'svg title style defs marker path rect g text'.split(' ')

test(`a name is a name, whatever it holds (${HOSTILE.length})`, () => {
  for (const name of HOSTILE) {
    const graph: ConfigGraph = {
      nodes: [
        { id: name, kind: 'service', name },
        { id: 'p', kind: 'plugin', name, version: name },
        { id: 'm', kind: 'missing', name },
        { id: 'n', kind: 'notifications', name },
      ],
      edges: [
        { from: name, to: 'p', kind: 'uses', labels: [name, name] },
        { from: name, to: 'm', kind: 'waits', labels: [name] },
      ],
    }
    for (const line of mermaidOf(graph).split('\n'))
      assert.match(line.replaceAll(/"(?:[\p{L}\p{N} ._/@,:+*~^=-]|#\d+;)*"/gu, '"TEXT"'), MERMAID_LINE, name)
    const svg = svgOf(graph)
    for (const [, tag = ''] of svg.matchAll(/<\/?([^\s/>]*)/g)) assert.ok(TAGS.includes(tag), `${tag} of ${name}`)
    assert.doesNotMatch(svg.replace('http://www.w3.org/2000/svg', ''), /[a-z]+:\/\/|\son\w+=|href|url\((?!#)/)
    assert.doesNotMatch(svg.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u)
    assert.doesNotMatch(svg, /&(?!(?:amp|lt|gt|quot|#39);)/)
  }
})

test('no two boxes of a layer lie on each other, and every line leads to the right but in a circle', () => {
  const random = seededRandom(7).next
  for (let round = 0; round < 60; round++) {
    const services = Array.from({ length: 1 + Math.floor(random() * 25) }, (_, at) => ({
      id: `s${at}`,
      kind: 'service' as const,
      name: `s${at}`,
    }))
    const plugins = Array.from({ length: 3 }, (_, at) => ({ id: `p${at}`, kind: 'plugin' as const, name: `p${at}` }))
    const edges = services.flatMap(({ id }, at) => [
      // Only to later ones: no circle.
      ...Array.from({ length: Math.floor(random() * 3) }, () => at + 1 + Math.floor(random() * 5))
        .filter((to) => to < services.length)
        .map((to) => ({ from: id, to: `s${to}`, kind: 'waits' as const, labels: [] })),
      { from: id, to: `p${Math.floor(random() * 3)}`, kind: 'uses' as const, labels: [] },
    ])
    const { layers, routes } = layersOf(
      { nodes: [...services, ...plugins], edges },
      { nodeHeight: 30, edgeHeight: 10, gap: 10 },
    )
    for (const layer of layers) {
      const sorted = [...layer].sort((left, right) => left.y - right.y)
      for (const [at, place] of sorted.entries()) {
        const above = sorted[at - 1]
        if (above) assert.ok(place.y - place.height / 2 - (above.y + above.height / 2) > 9.99)
        assert.ok(place.y - place.height / 2 > -0.01)
      }
    }
    for (const { places } of routes)
      for (const [at, place] of places.entries())
        if (at > 0) assert.equal(place.layer, (places[at - 1]?.layer ?? 0) + 1)
    assert.equal(layers.flat().filter(({ node }) => node).length, services.length + 3)
  }
})

test('services that wait for each other in a circle are drawn as well', () => {
  const nodes = ['a', 'b', 'c'].map((id) => ({ id, kind: 'service' as const, name: id }))
  const edges = [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'a'],
    ['a', 'a'],
  ].map(([from = '', to = '']) => ({
    ...{ from, to, labels: [] },
    kind: 'waits' as const,
  }))
  const { routes } = layersOf({ nodes, edges }, { nodeHeight: 30, edgeHeight: 10, gap: 10 })
  assert.equal(routes.length, 4)
  assert.match(svgOf({ nodes, edges }), /^<svg [\s\S]*<\/svg>\n$/)
  assert.match(svgOf({ nodes: [], edges: [] }), /<title>0 services, 0 plugins<\/title>/)
})
