// A repository of credentials: a JSON file with the fields of each host name.
import { readFile } from 'node:fs/promises'
import { CallError, credentialRepository, definePlugin } from '#sdk'
import { z } from 'zod'

export const plugin = definePlugin({
  name: '__NAME__',
  version: '0.1.0',
  summary: '__SUMMARY__',
  serves: [
    credentialRepository({
      type: '__TYPE__/v1',
      schema: z.looseObject({ type: z.string(), file: z.string().min(1) }),
      // What the host looks up the repository's own credentials by.
      getConsumerIdentity: ({ config: { file } }) => ({ type: '__TYPE__/v1', path: file }),
      resolve: async ({ config: { file }, identity: { hostname = '' } }) => {
        const known = JSON.parse(await readFile(file, 'utf8'))
        if (!Object.hasOwn(known, hostname)) throw new CallError(`no credentials for ${hostname}`, 404)
        return { type: 'Credentials/v1', properties: known[hostname] }
      },
    }),
  ],
})
