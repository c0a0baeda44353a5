// The discovery document, where a visitor who knows only the host begins.
import type { Discovery } from '../../schemas/discovery.ts'
import { DISCOVERY_FORMAT } from '../../schemas/discovery.ts'
import type { Name } from '../../schemas/name.ts'
import type { BaseUrl } from '../base-url.ts'
import { basePath } from '../base-url.ts'
import { DISCOVERY_PATH, repoDocumentPath } from '../paths.ts'
import type { TreeFile } from '../record.ts'

/** `limits` stands for a registry that takes publishes; a static host has none and no write API. */
export function renderDiscovery(repos: readonly Name[], base: BaseUrl, limits?: Discovery['limits']): TreeFile {
  const path = basePath(base)
  const document: Discovery = {
    format: DISCOVERY_FORMAT,
    ...(limits && { api: { version: 'v1', base: `${path}/api/v1` } }),
    repos: [...repos].sort().map((name) => ({ name, url: `${path}/${repoDocumentPath(name, 'yaml')}` })),
    ...(limits && { limits }),
  }
  return { path: DISCOVERY_PATH, bytes: `${JSON.stringify(document, undefined, 2)}\n` }
}
