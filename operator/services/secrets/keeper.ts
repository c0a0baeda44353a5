// Keeps the secrets of services: asks their sources before a start and again before the end of what they gave, and has them where the
// services find them. A source that gives nothing holds up its service alone. A running service keeps what it has, also beyond its
// end; nothing is started with secrets whose time is over.
import { join } from 'node:path'
import type { ChangeRule } from '../../../config/model/service-spec.ts'
import { coded, messageOf } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { openSlots } from '../../../system/async/slots.ts'
import type { Hiding } from '../../hiding.ts'
import { configText } from '../specs/config-text.ts'
import type { RunnableService } from '../specs/runnable.ts'
import type { Asked, AskFacts } from './ask-source.ts'
import { askSource } from './ask-source.ts'
import type { Moments } from './due.ts'
import { dueAt, isDue, leftMs } from './due.ts'
import type { Entry, HandedOver, SecretsStatus, Source, Wanted } from './entry.ts'
import { isHopeless, labelOf, reasonOf, statusOfEntry } from './entry.ts'
import { heldFrom, isGood, retryAt } from './held.ts'
import { mergeSecrets, rulesOfChange } from './merge-secrets.ts'
import type { SecretFolders, Secrets } from './secret-folders.ts'

type KeeperDeps = Omit<AskFacts, 'locate' | 'onSecrets'> & {
  readonly folders: SecretFolders
  readonly hiding: Hiding
  /** Of the clock on the wall. */
  readonly now: () => number
  /** Of a clock that never goes back. */
  readonly steady: () => number
  readonly random: () => number
  readonly log: (line: string) => void
  /** To those that wait for them: they have come, come later, or will not come by themselves. */
  readonly tell: (service: string, news: News) => void
  /** To those that run with others. */
  readonly changed: (service: string, rules: ReadonlySet<ChangeRule>) => void
  /** A source gives nothing, or gives again. */
  readonly troubled: (service: string, kind: 'secrets-failed' | 'secrets-recovered', message: string) => void
}

export type News = { readonly kind: 'ready' } | { readonly kind: 'delayed' | 'withheld'; readonly reason: string }

export type SecretsKeeper = Disposable & {
  /** Whether they are there; else they are asked for, and there will be news. */
  isReady(wanted: Wanted): boolean
  /** For one that runs already, and has what another supervisor gave it. */
  adopt(wanted: Wanted): void
  /** Undefined for a service that has none. */
  handedTo(service: RunnableService): HandedOver | undefined
  /** Nothing of the service runs, and nothing of its secrets is left. */
  release(service: string): void
  statusOf(service: string): SecretsStatus | undefined
}

/** Of all services: each is a process for a moment. */
const slots = openSlots(4)
/** The clock on the wall may be set, and a machine sleeps. */
const LONGEST_WAIT_MS = 60_000

export function openSecretsKeeper(deps: KeeperDeps): SecretsKeeper {
  const { folders, hiding, now, random } = deps
  const moments = () => ({ now: now(), steady: deps.steady() })
  const entries = new Map<string, Entry>()

  function open(wanted: Wanted, isAdopted: boolean): Entry {
    close(wanted.service.name)
    const sources = wanted.service.secrets.map(
      (planned, at, all): Source => ({
        planned,
        label: labelOf(planned, at, all),
        failures: 0,
        due: moments(),
      }),
    )
    const entry: Entry = { wanted, sources, abort: new AbortController(), isAsking: false, isAdopted }
    entries.set(wanted.service.name, entry)
    return entry
  }

  function close(name: string): void {
    const entry = entries.get(name)
    clearTimeout(entry?.timer)
    entry?.abort.abort()
    entries.delete(name)
  }

  async function ask(entry: Entry): Promise<void> {
    if (entry.isAsking) return
    entry.isAsking = true
    const due = entry.sources.filter((source) => source.due && isDue(source.due, moments()))
    await Promise.all(due.map((source) => slots.use(() => askOne(entry, source))))
    entry.isAsking = false
    if (!entry.abort.signal.aborted) settle(entry)
  }

  async function askOne({ wanted, abort }: Entry, source: Source): Promise<void> {
    if (abort.signal.aborted) return
    const { planned, held, problem } = source
    // A lease that was refused is asked for anew.
    const lease = held && isGood(held, now()) && problem?.status !== 'failed' ? held.lease : undefined
    const { service, runnable, locate } = wanted
    const question = {
      source: planned,
      service: service.name,
      provided: runnable.provided,
      lease,
      signal: abort.signal,
    }
    const asked = await askSource(question, { ...deps, locate, onSecrets: hiding.add })
    if (abort.signal.aborted) return
    take(source, asked)
    if (source.problem && !problem) say(service.name, 'secrets-failed', `${source.label}: ${source.problem.reason}`)
    if (!source.problem && problem) say(service.name, 'secrets-recovered', `${source.label} gives secrets again`)
  }

  function say(service: string, kind: 'secrets-failed' | 'secrets-recovered', message: string): void {
    deps.log(`${service}: ${message}`)
    deps.troubled(service, kind, message)
  }

  function take(source: Source, asked: Asked): void {
    const { planned, held } = source
    const moment = { now: now(), random: random() }
    const next =
      asked.status === 'ok' ? heldFrom(asked.line, held, { ...moment, refreshMs: planned.refreshMs }) : undefined
    if (next !== undefined && typeof next !== 'string') {
      hiding.add(Object.values(next.secrets))
      source.held = next
      source.failures = 0
      delete source.problem
      setDue(source, next.askAt, moments())
      return
    }
    const problem = asked.status === 'ok' ? ({ status: 'retry', reason: next ?? '' } as const) : asked
    source.problem = { ...problem, reason: hiding.hideInSentence(problem.reason) }
    source.failures++
    setDue(source, retryAt(problem, source.failures, moment), moments())
  }

  function settle(entry: Entry): void {
    const { name } = entry.wanted.service
    if (entry.sources.every(({ held }) => held)) handOver(entry)
    if (isHopeless(entry)) withhold(name, reasonOf(entry))
    else {
      const isReady = entry.handed && isGoodNow(entry)
      deps.tell(name, isReady ? { kind: 'ready' } : { kind: 'delayed', reason: reasonOf(entry) })
      schedule(entry)
    }
  }

  function withhold(name: string, reason: string): void {
    close(name)
    deps.log(`${name}: ${reason}`)
    deps.tell(name, { kind: 'withheld', reason })
  }

  /** What cannot be handed over leaves what was handed over before. */
  function handOver(entry: Entry): void {
    const { name } = entry.wanted.service
    const given = entry.sources.map(({ label, planned, held }) => ({ label, ...planned, secrets: held?.secrets ?? {} }))
    const before = folders.read(name)
    try {
      const { files, environment, values, notes } = mergeSecrets(given)
      const config = configOf(entry.wanted.service, values)
      const folder = folders.write(name, { ...files, ...config })
      const [file] = Object.keys(config)
      entry.handed = { folder, environment, ...(file === undefined ? {} : { config: join(folder, file) }) }
      delete entry.problem
      if (before) tellChange(name, rulesOfChange(before, files, given))
      else tellFirst(name, notes)
    } catch (error) {
      entry.problem = hiding.hideInSentence(messageOf(error))
    }
  }

  function tellChange(name: string, rules: ReadonlySet<ChangeRule>): void {
    if (rules.size > 0) deps.changed(name, rules)
  }

  function tellFirst(name: string, notes: readonly string[]): void {
    for (const line of notes) deps.log(`${name}: ${line}`)
    if (folders.isInMemory()) return
    deps.log(`${name}: its secrets are on a disk, as this machine has no folder in memory for them`)
  }

  function schedule(entry: Entry): void {
    clearTimeout(entry.timer)
    const due = entry.sources.flatMap((source) => source.due ?? [])
    if (due.length === 0) return
    const waitMs = Math.min(...due.map((each) => leftMs(each, moments())), LONGEST_WAIT_MS)
    entry.timer = setTimeout(
      () => (due.some((each) => isDue(each, moments())) ? void ask(entry) : schedule(entry)),
      Math.ceil(waitMs),
    )
  }

  function isGoodNow({ sources }: Entry): boolean {
    return sources.every(({ held }) => held && isGood(held, now()))
  }

  return {
    isReady(wanted) {
      const { service } = wanted
      if (service.secrets.length === 0) return true
      const known = entries.get(service.name)
      const entry = known?.wanted.service.digest === service.digest ? known : open(wanted, false)
      if (entry.handed && isGoodNow(entry)) return true
      entry.isAwaited = true
      if (entry !== known) void ask(entry)
      // It has refused while what ran before had what it needs.
      else if (!entry.isAsking && isHopeless(entry)) withhold(service.name, reasonOf(entry))
      return false
    },
    adopt(wanted) {
      if (wanted.service.secrets.length > 0 && !entries.has(wanted.service.name)) void ask(open(wanted, true))
    },
    handedTo({ name, secrets }) {
      if (secrets.length === 0) return undefined
      const handed = entries.get(name)?.handed
      if (handed) return handed
      throw coded('INTERNAL', { message: `service ${quote(name)} is started without its secrets` })
    },
    release(name) {
      close(name)
      folders.remove(name)
    },
    statusOf(name) {
      const entry = entries.get(name)
      return entry && statusOfEntry(entry, now())
    },
    [Symbol.dispose]: () => {
      for (const name of [...entries.keys()]) close(name)
    },
  }
}

/** By the name of its file, which no secret has; nothing where no secret stands in it. */
function configOf({ spec: { configFile } }: RunnableService, values: Secrets): Secrets {
  if (!configFile || Object.keys(values).length === 0) return {}
  return { [`.config.${configFile.format}`]: configText(configFile, values) }
}

function setDue(source: Source, at: number | undefined, moments: Moments): void {
  if (at === undefined) delete source.due
  else source.due = dueAt(at, moments)
}
