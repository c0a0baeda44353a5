// What operators of containers are told of the plugins that check a service: the words that each is started with, and a config and
// a lockfile of its own, by which `octo install --frozen --to` proves it where the container runs. Only a program that needs neither
// octo nor anything else of an image can be asked there; of every other one it is said why not.
import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { PluginOutcome, VerifiedExecutable } from '../../client/index.ts'
import type { CheckItem } from '../../config/model/config.ts'
import type { OperatorInput } from '../../config/model/operator-input.ts'
import { parsePluginRequest, RUN_SERVICE } from '../../config/model/plugin-request.ts'
import { OPERATOR_KIND, pinned } from '../../config/model/requests.ts'
import { throwDefect } from '../../schemas/errors.ts'
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import { LOCK_FORMAT, renderLockfile } from '../../schemas/lockfile.ts'
import { CHECK_CONTRACTS } from '../../schemas/manifest.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote } from '../../schemas/quote.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import { prepareArguments } from '../exec/prepare-arguments.ts'
import type { Session } from '../operator-session.ts'

type Told =
  | {
      /** Name of the program in `bin/` of the folder that it is installed into. */
      readonly program: string
      readonly words: readonly string[]
      /** Its exit code 1 is a warning, and no failure. */
      readonly warns: boolean
      /** What the plugin itself says about its time. */
      readonly timeoutMs?: number
      /** Texts of `octo.yaml` and `octo.lock`. */
      readonly config: string
      readonly lock: string
    }
  /** In words that follow its name. */
  | { readonly problem: string }

/** One check of a service, by its place in `health`. */
type ProbePlugin = { readonly index: number; readonly tool: string } & Told

type ProbePlugins = {
  readonly image: string
  readonly login?: string
  readonly checks: Readonly<Record<string, readonly ProbePlugin[]>>
}

type Found = { readonly service: string; readonly index: number; readonly item: CheckItem }

/** Undefined where the config names no image for it; throws what installing a plugin throws, and ARGUMENTS_INVALID. */
export async function probePlugins(input: OperatorInput, session: Session): Promise<ProbePlugins | undefined> {
  const { probes, pins } = session.config
  if (!probes) return undefined
  const found = checksIn(input, session)
  const outcomes = await session.provide(found.map(({ item }) => pinned(item.request, pins)))
  const told: (ProbePlugin & { readonly service: string })[] = []
  for (const [at, one] of found.entries()) {
    const tool = one.item.request.plugin
    told.push({ service: one.service, index: one.index, tool, ...(await plugin(one.item, outcomes[at], session)) })
  }
  const services = Map.groupBy(told, ({ service }) => service)
  return {
    ...probes,
    checks: Object.fromEntries(
      [...services].map(([name, all]) => [name, all.map(({ service: _, ...check }) => check)]),
    ),
  }
}

/** Checks as the operator finds them, where octo read the same: what it did not take is nobody's to run. */
function checksIn({ services }: OperatorInput, { config }: Session): readonly Found[] {
  return config.services
    .filter(({ enabled }) => enabled)
    .flatMap(({ name, checks }) => {
      const { octocompose: settings } = services[name] ?? {}
      const items = (settings as { health?: unknown } | undefined)?.health
      if (!Array.isArray(items)) return []
      return items.flatMap((written: unknown, index): Found[] => {
        const item = checks.health.find((check) => isRunThere(check) && isSame(check, written))
        return item ? [{ service: name, index, item }] : []
      })
    })
}

function isRunThere({ request, enabled, operators }: CheckItem): boolean {
  const isPlugin = request.plugin !== RUN_SERVICE || request.repo !== undefined
  return isPlugin && enabled && (operators === undefined || operators.some((kind) => kind !== OPERATOR_KIND))
}

function isSame({ request, arguments: given }: CheckItem, written: unknown): boolean {
  const { tool, args = {} } = (written ?? {}) as { tool?: unknown; args?: unknown }
  if (typeof tool !== 'string' || !isDeepStrictEqual(requestIn(tool), request)) return false
  return isDeepStrictEqual(Array.isArray(args) ? args.map(String) : (args ?? {}), given.value)
}

function requestIn(tool: string): unknown {
  try {
    return parsePluginRequest(tool)
  } catch (error) {
    throwDefect(error)
    return undefined
  }
}

async function plugin(item: CheckItem, outcome: PluginOutcome | undefined, session: Session): Promise<Told> {
  if (!outcome) return { problem: 'is not known' }
  if (outcome.state === 'failed') {
    if (outcome.error.code !== 'NO_MATCHING_PLATFORM') throw outcome.error
    return { problem: 'has no program for this machine, on which it is proven first' }
  }
  const executable = session.client.locate(outcome.value)
  const problem = problemOf(executable, session) ?? (await session.client.otherNeedOf(executable))
  if (problem !== undefined) return { problem }
  const { words, document } = await prepareArguments(item.arguments, executable)
  if (document !== undefined) return { problem: 'is given arguments on standard input, which a probe has not' }
  const { output, timeoutMs } = executable.manifest
  return {
    program: executable.plugin,
    words,
    warns: output !== 'exit-code',
    ...omitUndefined({ timeoutMs }),
    config: configOf(executable, session),
    lock: renderLockfile({ format: LOCK_FORMAT, plugins: Object.fromEntries(entriesOf(executable, session)) }),
  }
}

function problemOf(executable: VerifiedExecutable, session: Session): string | undefined {
  const { plugin, signer, manifest, argv0, path, repo: repoName } = executable
  const repo = session.config.repos.find(({ name }) => name === repoName)
  if (!CHECK_CONTRACTS.some((contract) => contract === manifest.output)) return 'is no check'
  if (signer === 'unsigned' || repo?.trust.kind !== 'keys') return 'comes from a repo without signatures'
  if (isOfThisMachine(repo.url)) return `comes from ${quote(repo.url)}, which other machines do not reach`
  if (argv0 !== plugin && argv0 !== basename(path)) return `is to be called ${quote(argv0)}, which a probe cannot say`
  return entriesOf(executable, session).length === 1 ? undefined : 'is locked in another version'
}

function isOfThisMachine(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'file:' || hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}

function entriesOf({ repo, plugin, version }: VerifiedExecutable, { client }: Session) {
  const key = `${repo}/${plugin}`
  const entry: LockedPlugin | undefined = client.lockfile().plugins[key]
  return entry?.version === version ? [[key, entry] as const] : []
}

/** The repo with its keys and the one version, and nothing else of the config. */
function configOf({ repo, plugin, version }: VerifiedExecutable, { config }: Session): string {
  const { url, trust } = config.repos.find(({ name }) => name === repo) ?? {}
  const keys = trust?.kind === 'keys' ? trust.keys.map(keyEntry) : []
  const pin = { repo, version, ...(version.includes('-') ? { prerelease: true } : {}) }
  const said = { operator: { repos: { [repo]: { url, keys } }, plugins: { [plugin]: pin } } }
  return `${JSON.stringify(said, null, 2)}\n`
}

function keyEntry(key: TrustKey): object {
  const time = (ms: number | undefined, name: string) =>
    ms === undefined ? {} : { [name]: new Date(ms).toISOString() }
  return {
    key: publicKeyLine(key),
    ...time(key.from, 'from'),
    ...time(key.to, 'to'),
    ...omitUndefined({ revoked: key.revoked, 'trust-lockfile': key.trustLockfile }),
  }
}
