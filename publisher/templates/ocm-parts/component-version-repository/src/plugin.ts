// Reads component versions from a folder: NAME/VERSION.json holds the descriptor. Hosts say which repository they mean only when they
// write, so the folder is part of the plugin's configuration.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CallError, componentVersionRepository, configType, definePlugin } from '#sdk'
import { z } from 'zod'

const settings = configType('__NAME__.config/v1', z.looseObject({ type: z.string(), path: z.string().min(1) }))

function within(folders: readonly { path: string }[], ...names: string[]): string {
  const [folder] = folders
  if (!folder) throw new CallError('no folder is configured: add a `__NAME__.config/v1` with its `path`', 409)
  if (names.some((name) => name.split('/').includes('..'))) throw new CallError('a name leads out of the folder', 400)
  return join(folder.path, ...names)
}

export const plugin = definePlugin({
  name: '__NAME__',
  version: '0.1.0',
  summary: '__SUMMARY__',
  config: [settings],
  serves: [
    componentVersionRepository({
      type: '__TYPE__/v1',
      getComponentVersion: async ({ name, version }, { config }) =>
        JSON.parse(await readFile(within(config(settings), name, `${version}.json`), 'utf8')),
      listComponentVersions: async ({ name }, { config }) => {
        const files = await readdir(within(config(settings), name))
        return files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length)).sort()
      },
    }),
  ],
})
