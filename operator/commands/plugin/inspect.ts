// `octo plugin inspect`: everything that one service plugin declares, with the endpoints by which it can be asked.
import type { DeclaredCapability, DeclaredType } from '../../../schemas/contract/ocm/capabilities.ts'
import { CONTRACTS } from '../../../schemas/contract/ocm/contracts.ts'
import type { Contract } from '../../../schemas/contract/ocm/endpoints.ts'
import { printable } from '../../../schemas/quote.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { originInWords } from './ls.ts'
import type { PluginOptions } from './open-plugins.ts'
import { findPlugins, pluginCalled } from './open-plugins.ts'

export async function inspectPluginCommand(name: string, options: PluginOptions, terminal: Terminal): Promise<number> {
  const found = await findPlugins(options, { terminal, cwd: process.cwd(), env: process.env }, name)
  const { origin, digest, proof, plugin } = pluginCalled(name, found)
  const { capabilities, configTypes, unknown } = plugin.capabilities
  terminal.result({
    json: {
      name,
      ...(origin.kind === 'folder' ? { path: origin.path } : {}),
      origin,
      digest: digest ?? null,
      proof,
      capabilities: capabilities.map((offered) => ({ ...offered, endpoints: endpointsOf(offered) })),
      configTypes,
      unknown,
    },
    text: () =>
      [
        [name, ...(digest ? [digest] : [])].join(' '),
        origin.kind === 'folder' ? origin.path : originInWords(origin),
        ...capabilities.flatMap(inWords),
        ...(configTypes.length > 0 ? ['', `wants configurations of ${configTypes.join(', ')}`] : []),
        ...(unknown.length > 0 ? ['', `offers what octo does not know: ${unknown.join(', ')}`] : []),
      ]
        .map((line) => printable(line, 10_000))
        .join('\n'),
  })
  return 0
}

function endpointsOf({ capability }: DeclaredCapability) {
  const { endpoints }: Contract = CONTRACTS[capability]
  return Object.entries(endpoints).map(([name, { method, path, credentials }]) => ({ name, method, path, credentials }))
}

function inWords(offered: DeclaredCapability): readonly string[] {
  return [
    '',
    offered.capability,
    ...Object.entries(offered.types).flatMap(([list, types]) => types.flatMap((type) => typeInWords(list, type))),
    ...endpointsOf(offered).map(({ name, method, path }) => `  ${name}  ${method} ${path}`),
  ]
}

function typeInWords(list: string, { type, aliases, schema }: DeclaredType): readonly string[] {
  const others = aliases.length > 0 ? `, also ${aliases.join(', ')}` : ''
  return [`  ${list}: ${type}${others}`, ...(schema === undefined ? [] : [`    ${JSON.stringify(schema)}`])]
}
