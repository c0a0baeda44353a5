// Drives service plugins: finds the one that a call is for, checks what it is asked, and keeps what runs.
import { configurationsFor } from '../../schemas/contract/ocm/configurations.ts'
import type { Typed } from '../../schemas/contract/ocm/type-name.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { parseShape } from '../../schemas/shape.ts'
import { callInstance } from './call.ts'
import { requireFitting } from './fits-schema.ts'
import type { StartInstance } from './instance.ts'
import { startInstance } from './instance.ts'
import type { InstanceLimits } from './instance-facts.ts'
import { keepBlob } from './keep-blob.ts'
import type { PluginLine } from './lines.ts'
import type { ServicePlugin } from './plugin.ts'
import type { Question, Route } from './routing.ts'
import { routeCall, subjectOf } from './routing.ts'
import type { SupervisedPlugin } from './supervise.ts'
import { supervisePlugin } from './supervise.ts'

export type HostOptions = {
  readonly plugins: readonly ServicePlugin[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Of all types; each plugin is given those that it wants. */
  readonly configurations?: readonly Typed[]
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
  status(): readonly PluginStatus[]
}

const HOST_LIMITS = { startMs: 10_000, killGraceMs: 2000, drainMs: 10_000, maxCalls: 128 }
const IDLE_TIMEOUT_MS = 60_000
const CALL_TIMEOUT_MS = 60_000

export function openPluginHost(options: HostOptions): PluginHost {
  const { plugins, env, cwd, configurations = [], idleTimeoutMs = IDLE_TIMEOUT_MS, log = () => undefined } = options
  const { start = startInstance } = options
  const { drainMs, ...limits } = { ...HOST_LIMITS, ...options.limits }
  const listen = options.listen ?? (process.platform === 'win32' ? 'tcp' : 'unix')
  const supervised = new Map<string, SupervisedPlugin>()

  function supervisorOf(plugin: ServicePlugin): SupervisedPlugin {
    const known = supervised.get(plugin.name)
    if (known) return known
    const configTypes = configurationsFor(plugin.capabilities.configTypes, configurations)
    const made = supervisePlugin(plugin, { env, cwd, idleTimeoutMs, configTypes, log, limits, drainMs, listen, start })
    supervised.set(plugin.name, made)
    return made
  }

  return {
    async call({ credentials, timeoutMs = CALL_TIMEOUT_MS, signal, ...question }) {
      const route = routeCall(question, plugins)
      const request = await checked(route, question.request)
      const deadline = AbortSignal.timeout(timeoutMs)
      const stop = signal ? AbortSignal.any([signal, deadline]) : deadline
      const { plugin, endpoint } = route
      try {
        return await supervisorOf(plugin).use(stop, async (instance) => {
          const answer = await callInstance(instance, { plugin: plugin.name, endpoint, request, credentials }, stop)
          return options.blobs ? keepBlob(answer, { from: instance.folder, to: options.blobs }) : answer
        })
      } catch (error) {
        if (!stop.aborted) throw error
        throw deadline.aborted ? late(route, timeoutMs) : interrupted(route)
      }
    },
    status: () => [...supervised.values()].map((one) => ({ plugin: one.plugin.name, ...one.status() })),
    async [Symbol.asyncDispose]() {
      await Promise.all([...supervised.values()].map((one) => one.close()))
    },
  }
}

async function checked({ plugin, endpoint, declared }: Route, request: unknown): Promise<unknown> {
  const read = parseShape(endpoint.request, request, { name: 'request' })
  if (declared && endpoint.checked) await requireFitting(subjectOf(read, endpoint), declared, plugin.name)
  return read
}

function late({ plugin, name }: Route, timeoutMs: number): Error {
  return coded('PLUGIN_TIMEOUT', {
    message: `plugin ${quote(plugin.name)} did not answer ${quote(name)} within ${timeoutMs} ms`,
    details: { plugin: plugin.name, endpoint: name, timeoutMs },
  })
}

function interrupted({ plugin, name }: Route): Error {
  return coded('INTERRUPTED', {
    message: `the call of ${quote(name)} to plugin ${quote(plugin.name)} was given up`,
    details: { plugin: plugin.name, endpoint: name },
  })
}
