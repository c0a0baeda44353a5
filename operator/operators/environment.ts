// The environment of an operator: the user's own, as `docker` or `kubectl` would have it if they were typed, because contexts,
// credentials and the `${…}` of Compose live there. What would bring code into the program before its first own line stays
// out, so that what was proven is what runs, and so does what is octo's own, such as its tokens.
import type { RunFacts } from '../exec/environment.ts'
import { pluginEnvironment } from '../exec/environment.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Of loaders, runtimes and shells: each names files or code that are read before the program. */
const LOADING_PREFIXES: readonly string[] = [
  ...['LD_', 'DYLD_', 'MALLOC_', 'BASH_', 'NODE_', 'PYTHON', 'PERL', 'RUBY', 'GEM_', 'LUA_', 'R_', 'OPENSSL_'],
  'OCTO_',
]
const LOADING: ReadonlySet<string> = new Set(
  `ENV SHELLOPTS BASHOPTS IFS PS4 CDPATH GLOBIGNORE PROMPT_COMMAND ZDOTDIR GCONV_PATH LOCPATH NLSPATH GETCONF_DIR HOSTALIASES
  RES_OPTIONS GLIBC_TUNABLES TCLLIBPATH AWKPATH AWKLIBPATH PHPRC PHP_INI_SCAN_DIR JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS
  _JAVA_OPTIONS CLASSPATH DOTNET_STARTUP_HOOKS`.split(/\s+/),
)
/** An authority of certificates, and no code. */
const HARMLESS: ReadonlySet<string> = new Set(['NODE_EXTRA_CA_CERTS'])

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
    (entry): entry is [string, string] => entry[1] !== undefined && !isLoading(entry[0]),
  )
  const own = pluginEnvironment({}, { ...facts, temporary: '' })
  return {
    ...Object.fromEntries(inherited),
    ...Object.fromEntries(FIXED.map((name) => [name, own[name] ?? ''])),
    OCTO_PROJECT_DIR: projectFolder,
  }
}

/** Windows takes names in any case. */
function isLoading(name: string): boolean {
  const upper = name.toUpperCase()
  if (HARMLESS.has(upper)) return false
  return LOADING.has(upper) || LOADING_PREFIXES.some((prefix) => upper.startsWith(prefix))
}
