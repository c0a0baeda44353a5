// Gives credentials from a JSON file: for each host name its fields.
import { readFile } from 'node:fs/promises'
import { CallError, configType, credentialPlugin, definePlugin } from '#sdk'
import { z } from 'zod'

const settings = configType('__NAME__.config/v1', z.looseObject({ type: z.string(), file: z.string().min(1) }))

export const plugin = definePlugin({
  name: '__NAME__',
  version: '0.1.0',
  summary: '__SUMMARY__',
  config: [settings],
  serves: [
    credentialPlugin({
      type: '__TYPE__/v1',
      schema: z.looseObject({ type: z.string(), hostname: z.string() }),
      // What the host looks up the plugin's own credentials by, before it asks it to resolve.
      getConsumerIdentity: ({ credential: { hostname } }) => ({ type: '__TYPE__/v1', hostname }),
      resolve: async ({ identity: { hostname = '' } }, { config }) => {
        const [folder] = config(settings)
        const known = folder ? JSON.parse(await readFile(folder.file, 'utf8')) : {}
        if (!Object.hasOwn(known, hostname)) throw new CallError(`no credentials for ${hostname}`, 404)
        return { type: 'Credentials/v1', properties: known[hostname] }
      },
    }),
  ],
})
