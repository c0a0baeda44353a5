// The environment of build commands: an allow-list, so that tokens and signing keys of the caller never reach them.
// What else a build needs stands in plugin.yaml, values under `env:` and names of the caller's variables under `passEnv:`, or is
// named with `--pass-env`; no value of them is ever written down.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'

const NAMES = new Set(
  `PATH HOME USER LOGNAME SHELL LANG TMPDIR TMP TEMP CI
  HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS
  GOROOT GOPATH GOBIN GOCACHE GOMODCACHE GOPROXY GONOPROXY GOSUMDB GONOSUMDB GOPRIVATE GOTOOLCHAIN GOFLAGS
  CARGO_HOME RUSTUP_HOME RUSTUP_TOOLCHAIN CARGO_NET_OFFLINE
  npm_config_registry npm_config_cache JAVA_HOME VIRTUAL_ENV SDKROOT DEVELOPER_DIR
  SystemRoot SystemDrive ComSpec PATHEXT USERPROFILE APPDATA LOCALAPPDATA ProgramData ProgramFiles
  XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME`.split(/\s+/),
)

type Environment = Readonly<Record<string, string | undefined>>

/** Locale and time zone are fixed, as both find their way into build outputs. */
export function commandEnvironment(
  parent: Environment,
  { env: ours, passEnv = [] }: { readonly env: Readonly<Record<string, string>>; readonly passEnv?: readonly string[] },
): NodeJS.ProcessEnv {
  for (const name of passEnv) refuseOwn(name)
  const allowed = Object.entries(parent).filter(([name]) => NAMES.has(name) || passEnv.includes(name))
  const epoch = parent.SOURCE_DATE_EPOCH ?? '0'
  return { ...Object.fromEntries(allowed), TZ: 'UTC', LC_ALL: 'C', SOURCE_DATE_EPOCH: epoch, ...ours }
}

/** Tokens and signing keys of octo itself stay with octo, whoever asks. */
function refuseOwn(name: string): void {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !/^OCTO_/i.test(name)) return
  throw coded('USAGE', {
    message: `the variable ${quote(name)} cannot be passed to build commands`,
    hint: 'name a variable of your own, such as `SSH_AUTH_SOCK`',
  })
}
