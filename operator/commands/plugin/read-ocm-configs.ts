// Documents of OCM that configure service plugins: those that the config names, and then those of the command line. None is read that
// nobody named.
import { resolve } from 'node:path'
import { readConfigurations } from '../../../schemas/contract/ocm/configurations.ts'
import type { Typed } from '../../../schemas/contract/ocm/type-name.ts'
import { parseYaml } from '../../../schemas/yaml/parse.ts'
import { readGivenFile } from '../../../system/files/given-file.ts'
import { userHome } from '../../../system/files/user-home.ts'
import { atHome } from './open-plugins.ts'

type Named = {
  /** As the config has them: absolute, beginning with `~/`, or `$OCM_CONFIG`. */
  readonly byConfig: readonly string[]
  /** As they were typed. */
  readonly typed: readonly string[]
}

type Place = { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> }

const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024

/** All configurations in the order of the documents; undefined where none is named. Throws FILE_NOT_FOUND, or what one is refused with. */
export function readOcmConfigs({ byConfig, typed }: Named, { cwd, env }: Place): readonly Typed[] | undefined {
  const home = userHome(env)
  const paths = [
    ...byConfig.flatMap((path) => (path === '$OCM_CONFIG' ? (env.OCM_CONFIG ? [env.OCM_CONFIG] : []) : [path])),
    ...typed,
  ]
  if (paths.length === 0) return undefined
  return paths.flatMap((path) => configurationsIn(resolve(cwd, atHome(path, home))))
}

function configurationsIn(path: string): readonly Typed[] {
  const hint = 'name a file of configurations of OCM with `--ocm-config FILE`'
  const bytes = readGivenFile(path, { what: 'configuration file', maxBytes: MAX_DOCUMENT_BYTES, hint })
  return readConfigurations(parseYaml(bytes.toString(), path).value, path)
}
