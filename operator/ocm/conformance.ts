// Whether a plugin keeps to the protocol: it is started, asked what cannot do anything, and ended, and each promise gets its row.
// No endpoint is asked for real: whatever a plugin does for its callers, it does not do here.

import type { Capabilities } from '../../schemas/contract/ocm/capabilities.ts'
import { routedTypes } from '../../schemas/contract/ocm/capabilities.ts'
import type { Capability } from '../../schemas/contract/ocm/contracts.ts'
import { CONTRACTS } from '../../schemas/contract/ocm/contracts.ts'
import { CREDENTIALS_HEADER } from '../../schemas/contract/ocm/credentials.ts'
import type { Contract, Endpoint } from '../../schemas/contract/ocm/endpoints.ts'
import { HEALTH_PATH, REFUSALS, SHUTDOWN_PATH, SUCCESS } from '../../schemas/contract/ocm/refusals.ts'
import { coded, isCoded, throwDefect } from '../../schemas/errors.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { shownDuration } from '../../schemas/shown-duration.ts'
import type { HttpReply } from '../../system/http/connection.ts'
import type { Instance } from './instance/instance.ts'
import { startInstance } from './instance/instance.ts'
import type { InstanceFacts } from './instance/instance-facts.ts'
import type { ServicePlugin } from './plugin.ts'
import { compileSchema } from './request/fits-schema.ts'

/** `weak`: callers can live with it, as they have to with plugins of OCM's own SDK. */
export type Finding = {
  readonly check: string
  readonly result: 'passed' | 'weak' | 'failed'
  readonly detail?: string
}

type Verdict = Omit<Finding, 'check'>

const PASSED: Verdict = { result: 'passed' }
/** For what has to come by itself. */
const SOON_MS = 5000
const IDLE_MS = 100

type Examining = InstanceFacts & { readonly soonMs?: number; readonly signal?: AbortSignal }

/** One row for each promise; those behind a start that fails are left out. Throws INTERRUPTED, with nothing left running. */
export async function examinePlugin(
  plugin: ServicePlugin,
  { soonMs = SOON_MS, signal = new AbortController().signal, ...facts }: Examining,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  // Whoever has to be killed has not ended.
  const limits = { ...facts.limits, killGraceMs: 2 * soonMs }
  let instance: Instance | undefined
  const look = async (check: string, judge: () => Promise<Verdict> | Verdict) => {
    const found = signal.aborted ? undefined : await judged(judge, signal)
    if (found !== undefined && !signal.aborted) return void findings.push({ check, ...found })
    instance?.kill()
    await instance?.ended
    throw interrupted(plugin.name)
  }
  const start = (idleTimeoutMs: number) => startInstance(plugin, { ...facts, limits, idleTimeoutMs }, signal)
  await look('declares what it can do', () => declares(plugin.capabilities))
  await look('has schemas that can be used', () => hasSchemas(plugin))
  await look('says where it listens, and is well', async () => {
    instance = await start(facts.idleTimeoutMs)
    return { result: 'passed', detail: instance.address.kind === 'unix' ? 'a Unix socket' : 'TCP' }
  })
  if (!instance) return findings
  await examineRunning(instance, plugin, look)
  await look('runs beside another instance of it', async () => {
    const other = await start(facts.idleTimeoutMs)
    return await endsWell(other, () => other.end(), soonMs)
  })
  const first = instance
  await look('ends soon and well on SIGINT', () => endsWell(first, () => first.end(), soonMs))
  await look('ends by itself when nobody asks it', async () => {
    const idle = await start(IDLE_MS).catch(leftAlready)
    return idle ? await endsWell(idle, () => undefined, soonMs) : PASSED
  })
  await look(`ends when it is asked at ${SHUTDOWN_PATH}`, async () => {
    const asked = await start(facts.idleTimeoutMs)
    return await endsWell(asked, () => void reply(asked, { path: SHUTDOWN_PATH }).catch(() => undefined), soonMs)
  })
  return findings
}

type Look = (check: string, judge: () => Promise<Verdict> | Verdict) => Promise<void>

async function examineRunning(instance: Instance, { capabilities }: ServicePlugin, look: Look): Promise<void> {
  await look(`answers GET and HEAD ${HEALTH_PATH} with 200`, async () => {
    const [get, head] = [await reply(instance, {}), await reply(instance, { method: 'HEAD' })]
    return expected([get.status, head.status].join(' and '), '200 and 200', 'weak')
  })
  await look('answers 404 for what it does not have', async () => {
    const { status } = await reply(instance, { path: '/no-such-endpoint' })
    return expected(String(status), String(REFUSALS['no such endpoint'].status), 'weak')
  })
  for (const { capability } of capabilities.capabilities) {
    const { endpoints }: Contract = CONTRACTS[capability]
    for (const endpoint of Object.values(endpoints)) await examineEndpoint(instance, { capability, endpoint }, look)
  }
}

type Asked = { readonly capability: Capability; readonly endpoint: Endpoint }

async function examineEndpoint(instance: Instance, { capability, endpoint }: Asked, look: Look): Promise<void> {
  const name = `${capability}: ${endpoint.method} ${endpoint.path}`
  if (endpoint.method === 'POST')
    await look(`${name} refuses a body that is not JSON`, async () => {
      const found = await reply(instance, { ...endpoint, body: '{broken', headers: { [CREDENTIALS_HEADER]: '{}' } })
      return refusal(found, endpoint)
    })
  if (endpoint.credentials === 'never') return
  await look(`${name} refuses credentials that cannot be read`, async () => {
    const found = await reply(instance, { ...endpoint, body: '{}', headers: { [CREDENTIALS_HEADER]: 'none' } })
    return refusal(found, endpoint)
  })
}

/** 200 for what could not be read is what plugins of OCM's own SDK sometimes answer: callers take it for an answer. */
function refusal({ status, text }: HttpReply, endpoint: Endpoint): Verdict {
  if (status >= 400) return PASSED
  if (status === SUCCESS && ['', 'null'].includes(text.trim()) && endpoint.response)
    return { result: 'weak', detail: 'it answers 200 and nothing' }
  return { result: 'failed', detail: `it answers ${status}: ${printable(text, 200)}` }
}

function expected(found: string, wanted: string, otherwise: 'weak' | 'failed'): Verdict {
  return found === wanted ? PASSED : { result: otherwise, detail: `expected ${wanted}, found ${found}` }
}

function declares({ capabilities, unknown }: Capabilities): Verdict {
  const known = capabilities.map((offered) => {
    const types = routedTypes(offered).length
    return `${offered.capability} (${types} ${types === 1 ? 'type' : 'types'})`
  })
  const detail = [...known, ...unknown.map((type) => `${type}, which octo does not know`)].join('; ')
  if (capabilities.length === 0) return { result: 'failed', detail: detail || 'nothing' }
  const isTypeless = capabilities.some((offered) => routedTypes(offered).length === 0)
  return { result: isTypeless || unknown.length > 0 ? 'weak' : 'passed', detail }
}

async function hasSchemas({ name, capabilities }: ServicePlugin): Promise<Verdict> {
  const types = capabilities.capabilities.flatMap(routedTypes)
  for (const declared of types) await compileSchema(declared, name)
  const without = types.filter(({ schema }) => schema === undefined).map(({ type }) => type)
  if (without.length === 0) return PASSED
  return {
    result: 'weak',
    detail: `none for ${without.join(', ')}: OCM's own manager refuses every call of such a type`,
  }
}

/** On a slow machine its time may be over before it was seen to be well. */
function leftAlready(error: unknown): undefined {
  if (!isCoded(error, 'PLUGIN_EXITED') || error.details.exitCode !== 0) throw error
}

async function endsWell(instance: Instance, ask: () => void, soonMs: number): Promise<Verdict> {
  ask()
  const late = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => late.resolve('late'), soonMs)
  const end = await Promise.race([instance.ended, late.promise])
  clearTimeout(timer)
  if (end !== 'late') return end.isClean ? PASSED : { result: 'weak', detail: end.reason }
  instance.kill()
  await instance.ended
  return { result: 'failed', detail: `it did not within ${shownDuration(soonMs)}` }
}

type Raw = {
  readonly method?: 'GET' | 'HEAD' | 'POST'
  readonly path?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

function reply({ connection }: Instance, { method = 'GET', path = HEALTH_PATH, body, headers = {} }: Raw) {
  const bytes = Buffer.from(body ?? '')
  return connection.send({
    method,
    path: path.slice(1),
    headers,
    maxBytes: 1024 * 1024,
    signal: AbortSignal.timeout(SOON_MS),
    ...(body !== undefined && method === 'POST' ? { body: { size: bytes.length, chunks: once(bytes) } } : {}),
  })
}

async function* once(bytes: Buffer): AsyncIterable<Uint8Array> {
  yield bytes
}

/** Undefined where it was given up meanwhile. */
async function judged(judge: () => Promise<Verdict> | Verdict, signal: AbortSignal): Promise<Verdict | undefined> {
  try {
    return await judge()
  } catch (error) {
    if (signal.aborted) return undefined
    throwDefect(error)
    return { result: 'failed', detail: error.message }
  }
}

function interrupted(plugin: string): Error {
  return coded('INTERRUPTED', { message: `the check of plugin ${quote(plugin)} was given up`, details: { plugin } })
}
