// octo import: a plugin of an OCM registry becomes a project that can be published.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { readComponentAddress } from '../../schemas/component/address.ts'
import { coded } from '../../schemas/errors.ts'
import { parseName } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import { waitingLine } from '../../terminal/index.ts'
import { addCommand, onRun } from '../../terminal/program.ts'

type Options = { readonly out?: string; readonly name?: string; readonly repo?: string }

export function addImport(program: Command): void {
  const command = addCommand(program, {
    words: 'import <address>',
    summary: 'take a plugin from an OCM registry into a project folder',
    examples: [
      'octo import ocm://ghcr.io/acme//acme.org/plugins/hello:1.0.0',
      'octo import ocm://ghcr.io/acme//acme.org/plugins/hello --out hello --repo core',
    ],
    json: true,
  })
    .option('-o, --out <dir>', 'folder of the project; named as the plugin when absent')
    .option('--name <name>', 'name of the plugin, when it is not the last part of the component')
    .option('--repo <repo>', 'repo that the plugin will be published to')
  onRun<Options>(command, async ({ args, options, terminal }) => {
    const [{ importPlugin, publishCommand }, { openComponent }] = await Promise.all([
      import('../import/import-plugin.ts'),
      import('../../oci/read-component.ts'),
    ])
    const address = parseAddress(args[0] ?? '')
    const repo = options.repo === undefined ? undefined : parseName(options.repo, 'repo')
    using repository = await openComponent(address, { env: process.env, onWait: waitingLine(terminal) })
    const dir = (plugin: string) => resolve(options.out ?? plugin)
    const imported = await importPlugin(repository, { address, dir, name: options.name, repo })
    for (const platform of imported.unknown) terminal.info(`left out: ${platform}, which octo does not know`)
    terminal.result({
      json: imported,
      verbatim: () => {
        const { plugin, version, platforms } = imported
        return `imported ${plugin} ${version} for ${platforms.join(', ')}\n\nnext: ${publishCommand(imported, repo)}`
      },
    })
    return 0
  })
}

function parseAddress(text: string) {
  const address = readComponentAddress(text)
  if (address) return address
  throw coded('USAGE', {
    message: `${quote(text)} is not the address of a component, expected \`ocm://HOST/PATH//COMPONENT:VERSION\``,
    hint: 'for example `octo import ocm://ghcr.io/acme//acme.org/plugins/hello:1.0.0`',
  })
}
