// Drives service plugins: finds the one that a call is for, checks what it is asked, and keeps what runs.
import type { Typed } from '../../schemas/contract/ocm/type-name.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { callInstance } from './call.ts'
import { requireFittingCredentials } from './credential-types.ts'
import { findCredentials } from './find-credentials.ts'
import { givenConfigurations } from './given-configurations.ts'
import { openCredentialHiding } from './hide-credentials.ts'
import type { StartInstance } from './instance.ts'
import { startInstance } from './instance.ts'
import type { InstanceLimits } from './instance-facts.ts'
import { keepBlob } from './keep-blob.ts'
import type { PluginLine } from './lines.ts'
import type { HostPlugin, ServicePlugin } from './plugin.ts'
import { isBuiltIn } from './plugin.ts'
import type { Prepared } from './prepare-call.ts'
import { prepareCall } from './prepare-call.ts'
import type { Question, Route } from './routing.ts'
import type { SupervisedPlugin } from './supervise.ts'
import { supervisePlugin } from './supervise.ts'

export type HostOptions = {
  readonly plugins: readonly HostPlugin[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Of all types; each plugin is given those that it wants. Absent where nobody named any document of them. */
  readonly configurations?: readonly Typed[]
  /** Asked for the credentials of calls that are given none, in their order; nobody is when absent. */
  readonly credentialRepositories?: readonly Typed[]
  readonly idleTimeoutMs?: number
  readonly log?: (line: PluginLine) => void
  readonly limits?: Partial<InstanceLimits & { readonly drainMs: number }>
  readonly listen?: 'unix' | 'tcp'
  /** How an instance is got: one of this host's own when absent. */
  readonly start?: StartInstance
  /** The folder to which files are moved that plugins answer with, out of their own; they go with the plugin when absent. */
  readonly blobs?: () => string
}

type HostCall = Question & {
  readonly credentials?: Typed | undefined
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

type PluginStatus = { readonly plugin: string } & ReturnType<SupervisedPlugin['status']>

type PluginHost = AsyncDisposable & {
  /**
   * The answer, as the contract has it; undefined where there is none. Throws CONTRACT_UNSUPPORTED, FORMAT_INVALID or
   * ARGUMENTS_INVALID before anything is started; PLUGIN_TIMEOUT, PLUGIN_FAILED, PLUGIN_ANSWER_INVALID, and why a plugin
   * cannot be asked.
   */
  call(call: HostCall): Promise<unknown>
  /** Sees that a plugin that is a program runs, and gives the number of its process; throws why it does not. */
  start(plugin: ServicePlugin, signal: AbortSignal): Promise<number>
  status(): readonly PluginStatus[]
}

const HOST_LIMITS = { startMs: 10_000, killGraceMs: 2000, drainMs: 10_000, maxCalls: 128 }
const IDLE_TIMEOUT_MS = 60_000
const CALL_TIMEOUT_MS = 60_000

export function openPluginHost(options: HostOptions): PluginHost {
  const { plugins, env, cwd, configurations, idleTimeoutMs = IDLE_TIMEOUT_MS } = options
  const hiding = openCredentialHiding()
  const log = options.log && ((line: PluginLine) => options.log?.(hiding.inLine(line)))
  const { start = startInstance } = options
  const { drainMs, ...limits } = { ...HOST_LIMITS, ...options.limits }
  const listen = options.listen ?? (process.platform === 'win32' ? 'tcp' : 'unix')
  const supervised = new Map<string, SupervisedPlugin>()
  let isClosed = false

  async function supervisorOf(plugin: ServicePlugin): Promise<SupervisedPlugin> {
    const given = supervised.has(plugin.name) ? undefined : await givenConfigurations(plugin, configurations)
    const known = supervised.get(plugin.name)
    if (known || !given) return known as SupervisedPlugin
    if (isClosed) throw closed(plugin)
    const configs = { configTypes: given.open, hiddenConfigTypes: given.hidden }
    const made = supervisePlugin(plugin, { env, cwd, idleTimeoutMs, ...configs, log, limits, drainMs, listen, start })
    supervised.set(plugin.name, made)
    return made
  }

  async function ask({ route, request }: Prepared, credentials: Typed | undefined, signal: AbortSignal) {
    const { plugin, endpoint } = route
    hiding.add(credentials)
    if (isBuiltIn(plugin)) return await plugin.answer(route, request)
    const supervisor = await supervisorOf(plugin)
    return await supervisor.use(signal, async (instance) => {
      const answer = await callInstance(instance, { plugin: plugin.name, endpoint, request, credentials }, signal)
      return options.blobs ? keepBlob(answer, { from: instance.folder, to: options.blobs }) : answer
    })
  }

  /** What the call was not given. */
  async function found(prepared: Prepared, signal: AbortSignal): Promise<Typed | undefined> {
    const credentials = await findCredentials(prepared, {
      repositories: options.credentialRepositories ?? [],
      ask: async (question, own) =>
        await ask(await prepareCall({ ...question, credentials: own }, plugins), own, signal),
    })
    await requireFittingCredentials(credentials, plugins)
    return credentials
  }

  return {
    async call({ credentials, timeoutMs = CALL_TIMEOUT_MS, signal, ...question }) {
      const prepared = await prepareCall({ ...question, credentials }, plugins)
      using limit = limitCall(prepared.route, timeoutMs, signal)
      try {
        return await ask(prepared, credentials ?? (await found(prepared, limit.signal)), limit.signal)
      } catch (error) {
        throw limit.signal.aborted ? limit.signal.reason : hiding.inError(error)
      }
    },
    start: async (plugin, signal) => await (await supervisorOf(plugin)).ready(signal),
    status: () => [...supervised.values()].map((one) => ({ plugin: one.plugin.name, ...one.status() })),
    async [Symbol.asyncDispose]() {
      isClosed = true
      await Promise.all([...supervised.values()].map((one) => one.close()))
    },
  }
}

/** Nothing of it is left when the call is over: signals of time alone live on until theirs is. */
function limitCall(route: Route, timeoutMs: number, given: AbortSignal | undefined) {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(late(route, timeoutMs)), timeoutMs).unref()
  const giveUp = () => controller.abort(interrupted(route))
  if (given?.aborted) giveUp()
  given?.addEventListener('abort', giveUp, { once: true })
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer)
      given?.removeEventListener('abort', giveUp)
    },
  }
}

function late({ plugin, name }: Route, timeoutMs: number): Error {
  return coded('PLUGIN_TIMEOUT', {
    message: `plugin ${quote(plugin.name)} did not answer ${quote(name)} within ${timeoutMs} ms`,
    details: { plugin: plugin.name, endpoint: name, timeoutMs },
  })
}

function closed({ name }: ServicePlugin): Error {
  return coded('PLUGIN_EXITED', {
    message: `plugin ${quote(name)} is not started any more, as its host ends`,
    details: { plugin: name },
  })
}

function interrupted({ plugin, name }: Route): Error {
  return coded('INTERRUPTED', {
    message: `the call of ${quote(name)} to plugin ${quote(plugin.name)} was given up`,
    details: { plugin: plugin.name, endpoint: name },
  })
}
