// A project whose config includes a document of the web that may be signed.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { writeTrustedKeys } from '../../../config/trusted-keys/trusted-keys.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import type { Served } from '../peers/document-server.ts'
import { aDocumentServer } from '../peers/document-server.ts'
import { loadConfig } from './read-configs.ts'
import { DOCUMENT, fixture, keyOf, signatureBy } from './signed-documents.ts'

export type Documents = Record<string, Served>
export const WEB = '/charts/web.yaml'
export const signed = (by = 'good'): Documents => ({
  [WEB]: { text: DOCUMENT },
  [`${WEB}.asc`]: { text: signatureBy(by) },
})

/** A project whose config includes `/charts/web.yaml`, with what is said of it. */
export async function aProject(t: TestContext, documents: Documents, said = '') {
  const server = await aDocumentServer(t, documents)
  const folder = tempFolder(t)
  for (const name of ['good', 'other']) writeFileSync(join(folder, `${name}.asc`), fixture(`${name}.key.asc`))
  const env = { HOME: folder }
  const include = (more: string, path = WEB) =>
    writeFileSync(join(folder, 'octo.yaml'), `include:\n  - {url: "${server.url}${path}"${more}}\n`)
  include(said)
  const copies = join(folder, 'copies')
  const load = (more: Partial<Parameters<typeof loadConfig>[0]> = {}) =>
    loadConfig({ cwd: folder, env, copiesFolder: () => copies, ...more })
  const keyring = join(folder, '.config/octo/trusted-keys.json')
  const trust = async (name: string, path: string) =>
    writeTrustedKeys(keyring, [{ key: await keyOf(name), addresses: [`${server.url}${path}`], names: [] }])
  return { ...server, folder, env, include, copies, load, keyring, trust, documents }
}

/** What the include says to need the signature of `good`. */
export const GOOD = ', keys: [{file: good.asc}]'
