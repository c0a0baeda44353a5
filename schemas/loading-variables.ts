// Environment variables by which code gets into a program before its first own line: each names files or code that a loader, a
// runtime or a shell reads before the program.

const PREFIXES: readonly string[] = [
  ...['LD_', 'DYLD_', 'MALLOC_', 'BASH_', 'NODE_', 'PYTHON', 'PERL', 'RUBY', 'GEM_', 'LUA_', 'R_', 'OPENSSL_'],
  'OCTO_',
]
const NAMES: ReadonlySet<string> = new Set(
  `ENV SHELLOPTS BASHOPTS IFS PS4 CDPATH GLOBIGNORE PROMPT_COMMAND ZDOTDIR GCONV_PATH LOCPATH NLSPATH GETCONF_DIR HOSTALIASES
  RES_OPTIONS GLIBC_TUNABLES TCLLIBPATH AWKPATH AWKLIBPATH PHPRC PHP_INI_SCAN_DIR JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS
  _JAVA_OPTIONS CLASSPATH DOTNET_STARTUP_HOOKS`.split(/\s+/),
)
/** An authority of certificates, and no code. */
const HARMLESS: ReadonlySet<string> = new Set(['NODE_EXTRA_CA_CERTS'])

/** Windows takes names in any case. */
export function bringsCode(name: string): boolean {
  const upper = name.toUpperCase()
  if (HARMLESS.has(upper)) return false
  return NAMES.has(upper) || PREFIXES.some((prefix) => upper.startsWith(prefix))
}
