// Drives service plugins: finds the one that a call is for, checks what it is asked, and keeps what runs.
import type { Typed } from '../../schemas/contract/ocm/type-name.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { keepBlob } from './blobs/keep-blob.ts'
import type { Chunks } from './blobs/lend-blob.ts'
import { lendBlob } from './blobs/lend-blob.ts'
import type { OpenedBlob } from './blobs/open-blob.ts'
import { openBlob, requireFile } from './blobs/open-blob.ts'
import { callInstance } from './call/call.ts'
import { limitCall, untilGivenUp } from './call/call-limit.ts'
import { findCredentials } from './credentials/find-credentials.ts'
import { openCredentialHiding } from './credentials/hide-credentials.ts'
import type { StartInstance } from './instance/instance.ts'
import { startInstance } from './instance/instance.ts'
import type { InstanceLimits } from './instance/instance-facts.ts'
import type { PluginLine } from './instance/lines.ts'
import type { HostPlugin, ServicePlugin } from './plugin.ts'
import { isBuiltIn } from './plugin.ts'
import { requireFittingCredentials } from './request/credential-types.ts'
import { givenConfigurations } from './request/given-configurations.ts'
import type { Prepared } from './request/prepare-call.ts'
import { prepareCall } from './request/prepare-call.ts'
import type { Question } from './request/routing.ts'
import type { SupervisedPlugin } from './supervise.ts'
import { supervisePlugin } from './supervise.ts'

export type HostOptions = {
  readonly plugins: readonly HostPlugin[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Of all types; each plugin is given those that it wants. Absent where nobody named any document of them. */
  readonly configurations?: readonly Typed[] | undefined
  /** Asked for the credentials of calls that are given none, in their order; nobody is when absent. */
  readonly credentialRepositories?: readonly Typed[]
  readonly idleTimeoutMs?: number | undefined
  readonly log?: (line: PluginLine) => void
  readonly limits?: Partial<InstanceLimits & { readonly drainMs: number }> | undefined
  readonly listen?: 'unix' | 'tcp'
  /** How an instance is got: one of this host's own when absent. */
  readonly start?: StartInstance
  /** The folder to which files are moved that plugins answer with, out of their own; they go with the plugin when absent. */
  readonly blobs?: () => string
}

type HostCall = Question & {
  readonly credentials?: Typed | undefined
  /** What it is about: a file by its path, or a stream, which the plugin reads from a file that goes with the call. */
  readonly blob?: string | Chunks | undefined
  /** Is given the file of the answer as a stream, and waited for; none is kept in the folder for `blobs` then. */
  readonly receive?: ((blob: OpenedBlob) => Promise<void>) | undefined
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Of the answer and the folder of its plugin; gives what the caller is answered. */
type Take = (answer: unknown, folder: string) => unknown
type Asking = {
  readonly credentials: Typed | undefined
  readonly signal: AbortSignal
  readonly take?: Take | undefined
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
  /** Ends it as this host knows it: one of its name that is started then is another one. */
  forget(plugin: ServicePlugin): Promise<void>
  status(): readonly PluginStatus[]
}

// allow(dead-export): the test adds up what ending a plugin may take
export const HOST_LIMITS = { startMs: 10_000, killGraceMs: 2000, drainMs: 10_000, maxCalls: 128 }
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

  const keep: Take = (answer, from) => (options.blobs ? keepBlob(answer, { from, to: options.blobs }) : answer)

  async function ask({ route, request }: Prepared, { credentials, signal, take = keep }: Asking): Promise<unknown> {
    const { plugin, endpoint } = route
    hiding.add(credentials)
    if (isBuiltIn(plugin)) return await plugin.answer(route, request)
    const supervisor = await supervisorOf(plugin)
    return await supervisor.use(signal, async (instance) => {
      const answer = await callInstance(instance, { plugin: plugin.name, endpoint, request, credentials }, signal)
      return await take(answer, instance.folder)
    })
  }

  /** What the call was not given. */
  async function found(prepared: Prepared, signal: AbortSignal): Promise<Typed | undefined> {
    const credentials = await findCredentials(prepared, {
      repositories: options.credentialRepositories ?? [],
      ask: async (question, own) =>
        await ask(await prepareCall({ ...question, credentials: own }, plugins), { credentials: own, signal }),
    })
    await requireFittingCredentials(credentials, plugins)
    return credentials
  }

  type Timed = Pick<HostCall, 'credentials' | 'timeoutMs' | 'signal'>

  async function answered(prepared: Prepared, { timeoutMs = CALL_TIMEOUT_MS, ...asked }: Timed, take?: Take) {
    using limit = limitCall(prepared.route, timeoutMs, asked.signal)
    const { signal } = limit
    try {
      const credentials = asked.credentials ?? (await found(prepared, signal))
      return await ask(prepared, { credentials, signal, take })
    } catch (error) {
      throw signal.aborted ? signal.reason : hiding.inError(error)
    }
  }

  return {
    async call({ blob, receive, ...asked }) {
      using lent = blob === undefined || typeof blob === 'string' ? undefined : lendBlob(blob, env)
      const prepared = await prepareCall({ ...asked, blob: typeof blob === 'string' ? blob : lent?.path }, plugins)
      const { route } = prepared
      if (receive) requireFile(route)
      if (lent) await untilGivenUp(route, asked.signal, () => lent.fill(asked.signal))
      if (!receive) return await answered(prepared, asked)
      const taken: { blob?: OpenedBlob | undefined } = {}
      const answer = await answered(prepared, asked, (found, folder) => {
        taken.blob = openBlob(found, folder)
        return found
      })
      using opened = taken.blob
      if (opened) await untilGivenUp(route, asked.signal, () => receive(opened))
      return answer
    },
    start: async (plugin, signal) => await (await supervisorOf(plugin)).ready(signal),
    async forget({ name }) {
      const known = supervised.get(name)
      supervised.delete(name)
      await known?.close()
    },
    status: () => [...supervised.values()].map((one) => ({ plugin: one.plugin.name, ...one.status() })),
    async [Symbol.asyncDispose]() {
      isClosed = true
      await Promise.all([...supervised.values()].map((one) => one.close()))
    },
  }
}

function closed({ name }: ServicePlugin): Error {
  return coded('PLUGIN_EXITED', {
    message: `plugin ${quote(name)} is not started any more, as its host ends`,
    details: { plugin: name },
  })
}
