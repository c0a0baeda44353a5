// octo import: a plugin of an OCM registry becomes a project that can be published.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { parseName } from '../../schemas/name.ts'
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
    const [{ importPlugin, publishCommand }, { parseComponentAddress }, { ociCredentials }, { openHttp }] =
      await Promise.all([
        import('../import/import-plugin.ts'),
        import('../import/component-address.ts'),
        import('../import/oci-credentials.ts'),
        import('../../system/http/open-http.ts'),
      ])
    const address = parseComponentAddress(args[0] ?? '')
    const repo = options.repo === undefined ? undefined : parseName(options.repo, 'repo')
    const { env } = process
    using http = await openHttp({ env, credentials: ociCredentials(env), onWait: waitingLine(terminal) })
    const dir = (plugin: string) => resolve(options.out ?? plugin)
    const imported = await importPlugin(http, { address, dir, name: options.name, repo })
    for (const platform of imported.unknown) terminal.info(`left out: ${platform}, which octo does not know`)
    terminal.result({
      json: imported,
      text: () => {
        const { plugin, version, platforms } = imported
        return `imported ${plugin} ${version} for ${platforms.join(', ')}\n\nnext: ${publishCommand(imported, repo)}`
      },
    })
    return 0
  })
}
