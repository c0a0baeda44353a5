// The environment of an operator: the user's own, as `docker` or `kubectl` would have it if they were typed, because contexts,
// credentials and the `${…}` of Compose live there. What would bring code into the program before its first own line stays
// out, so that what was proven is what runs, and so does what is octo's own, such as its tokens.
import { bringsCode } from '../../schemas/loading-variables.ts'
import type { RunFacts } from '../exec/environment.ts'
import { pluginEnvironment } from '../exec/environment.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What every plugin is given and no caller may replace. */
const FIXED = ['PYTHONNOUSERSITE', 'PYTHONDONTWRITEBYTECODE', 'NODE_OPTIONS', 'OCTO_PLUGIN_ROOT', 'OCTO_CONTRACT']

type OperatorFacts = Pick<RunFacts, 'root' | 'contract'> & {
  /** The folder that relative paths of the config mean. */
  readonly projectFolder: string
}

/** Throws LIMIT_EXCEEDED for a variable of octo's own that is too long for a program to receive. */
export function operatorEnvironment(
  host: Environment,
  { projectFolder, ...facts }: OperatorFacts,
): Record<string, string> {
  const inherited = Object.entries(host).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !bringsCode(entry[0]),
  )
  const own = pluginEnvironment({}, { ...facts, temporary: '' })
  return {
    ...Object.fromEntries(inherited),
    ...Object.fromEntries(FIXED.map((name) => [name, own[name] ?? ''])),
    OCTO_PROJECT_DIR: projectFolder,
  }
}
