// Keeps the lockfile covering what is asked: what is locked stays, what is missing is resolved, proven and added. Frozen
// means that nothing may be missing.
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { PluginRequest } from '../../config/model/config.ts'
import { isOnlyOperator, requestsOf } from '../../config/model/requests.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import type { LockedPlugin, Lockfile } from '../../schemas/lockfile.ts'
import type { Name } from '../../schemas/name.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import type { Version } from '../../schemas/version.ts'
import type { Settled } from '../../system/async/limit.ts'
import { inParallel, settled, settledNow, settleInParallel } from '../../system/async/limit.ts'
import type { LockChange, LockOptions } from '../api.ts'
import type { ClientContext } from '../context.ts'
import { gatherQuestions } from '../resolve/requests.ts'
import type { Question } from '../sources/offer.ts'
import { entryOf, gapOf, repoOf } from './cover.ts'
import { EMPTY_LOCK, editLock, nameOf, readLock } from './file.ts'
import { LOCK_NAME } from './lock-path.ts'

type OpenLockfile = {
  current(): Lockfile
  /** An entry, or why there is none, for each plugin that the config asks for, in the order of names. */
  coverConfig(): Promise<readonly Covered[]>
  /** The same for the whole config, and nothing else stays in the lockfile. */
  renew(options: LockOptions): Promise<readonly LockChange[]>
  /** An entry, or why there is none, for each request, in their order. */
  cover(requests: readonly PluginRequest[]): Promise<readonly Settled<LockedPlugin>[]>
}

type Why = Pick<LockChange, 'left'> & { readonly reason: string }

type Covered = { readonly plugin: Name; readonly covered: Settled<LockedPlugin> }

const PARALLEL = 8

/** Loaded for the first plugin that is not locked. */
const loadResolver = () => import('../resolve/resolve-online.ts')

/** A question that may turn out to be no question: a range that cannot be read, two repos for one name. */
type Wanted = () => Question

/** Throws FORMAT_INVALID, or what reading the file throws. */
export function openLockfile(context: ClientContext): OpenLockfile {
  const { config, layout, lockPath, frozen, report } = context
  let lock = readLock(lockPath)
  /** Why the resolver chose what it chose, by name. */
  const reasons = new Map<string, Why>()
  /** What there is beyond the ranges, by plugin. */
  const newerVersions = new Map<Name, Version>()
  const questionsOf = (requests: readonly PluginRequest[]) => gatherQuestions(requests, config.pins)
  /** Of requests for the same plugin. */
  const questionOf = (requests: readonly PluginRequest[]) => questionsOf(requests)[0] as Question
  const lockedFor = (question: Question) => entryOf(lock ?? EMPTY_LOCK, question)
  const gapFor = (question: Question) => gapOf(lockedFor(question), question, config)

  async function resolve(questions: readonly Question[], isUpdate: (question: Question) => boolean) {
    const gaps = questions.map((question) => gapFor(question) ?? `${quote(question.plugin)} is to be updated`)
    if (gaps[0] !== undefined && frozen) throw notCovered(lock, lockPath, gaps)
    const { resolveOnline } = await loadResolver()
    return inParallel(questions, PARALLEL, async (question) => {
      const locked = lockedFor(question)
      const before = { entry: locked, isKept: !isUpdate(question) }
      const { entry, reason, left, newer } = await resolveOnline(question, before, context)
      reasons.set(nameOf(entry), { reason, ...omitUndefined({ left }) })
      if (newer !== undefined) newerVersions.set(question.plugin, newer)
      if (locked && repoOf(config, locked)) requireSameRepo(question, locked, entry)
      return entry
    })
  }

  /** One plugin's gap never keeps the others from their entries. */
  async function coverAll(wanted: readonly Wanted[]): Promise<readonly Settled<LockedPlugin>[]> {
    const fresh: LockedPlugin[] = []
    const covered = await settleInParallel(wanted, PARALLEL, async (want) => {
      const question = want()
      if (gapFor(question) === undefined) return lockedFor(question) as LockedPlugin
      const [entry] = await resolve([question], () => false)
      fresh.push(entry as LockedPlugin)
      return entry as LockedPlugin
    })
    if (fresh.length > 0) lock = await editLock(layout, lockPath, { set: fresh })
    return covered
  }

  /** A locked plugin that is asked for by hand in another version is served beside; the config's own needs stay locked. */
  async function coverBeside(question: Question): Promise<LockedPlugin> {
    if (frozen) throw onlyLocked(question, gapFor(question), lockPath)
    const [entry] = await resolve([question], () => true)
    report.info?.(`${quote(`${question.plugin}@${entry?.version}`)} is not the locked version, and is not added to it`)
    return entry as LockedPlugin
  }

  return {
    current: () => lock ?? EMPTY_LOCK,
    async coverConfig() {
      const groups = [...Map.groupBy(await neededRequests(), ({ plugin }) => plugin)]
      const sorted = groups.sort(([left], [right]) => (left < right ? -1 : 1))
      const covered = await coverAll(
        sorted.map(
          ([, requests]) =>
            () =>
              questionOf(requests),
        ),
      )
      return sorted.map(([plugin], index) => ({ plugin, covered: covered[index] as Settled<LockedPlugin> }))
    },
    async renew({ update, dryRun, agree, keptOut }) {
      const before = lock ?? EMPTY_LOCK
      const questions = questionsOf(await neededRequests())
      const isUpdate = ({ plugin }: Question) => update === 'all' || update?.includes(plugin) === true
      const open = questions.filter((question) => isUpdate(question) || gapFor(question) !== undefined)
      const fresh = new Map((await resolve(open, isUpdate)).map((entry) => [entry.plugin, entry]))
      const set = questions.map((question) => {
        const entry = fresh.get(question.plugin) ?? (lockedFor(question) as LockedPlugin)
        return { ...entry, ranges: [...question.ranges] }
      })
      const planned = { ...before, plugins: Object.fromEntries(set.map((entry) => [nameOf(entry), entry])) }
      const changes = changesBetween(before, planned, reasons)
      for (const [plugin, newest] of newerVersions) keptOut?.(plugin, newest)
      if (dryRun) return changes
      await agree?.(changes)
      const isNothing = set.length === 0 && lock === undefined
      if (!frozen && !isNothing) lock = await editLock(layout, lockPath, { set, keepOnly: new Set(set.map(nameOf)) })
      return changesBetween(before, lock ?? EMPTY_LOCK, reasons)
    },
    async cover(requests) {
      const places = requests.map((request) => settledNow(() => isBeside(request)))
      const joint = requests.filter((_, index) => resultOf(places[index]) === false)
      const groups = [...Map.groupBy(joint, ({ plugin }) => plugin)]
      const entries = await coverAll(
        groups.map(
          ([, asked]) =>
            () =>
              questionOf(asked.flatMap(withConfig)),
        ),
      )
      const byPlugin = new Map(groups.map(([plugin], index) => [plugin, entries[index] as Settled<LockedPlugin>]))
      return inParallel(requests, PARALLEL, async (request, index) => {
        const place = places[index] as Settled<boolean>
        if (place.state === 'failed') return place
        if (place.value) return settled(() => coverBeside(questionOf([request])))
        return byPlugin.get(request.plugin) as Settled<LockedPlugin>
      })
    },
  }

  /** Checks run without an operator: one that no repo offers keeps nothing from being locked, and is said. */
  async function neededRequests(): Promise<readonly PluginRequest[]> {
    const all = requestsOf(config)
    const operator = all.find(({ plugin }) => isOnlyOperator(plugin, config))
    if (!operator) return all
    const question = questionOf([operator])
    const isHad = gapFor(question) === undefined || (!frozen && (await isOffered(question)))
    return isHad ? all : all.filter((request) => request !== operator)
  }

  async function isOffered(question: Question): Promise<boolean> {
    const { resolveOnline } = await loadResolver()
    try {
      await resolveOnline(question, { entry: lockedFor(question), isKept: true }, context)
      return true
    } catch (error) {
      if (!isCoded(error, 'PLUGIN_NOT_FOUND') && !isCoded(error, 'OFFLINE')) throw error
      report.warn?.(`the operator is not locked, and \`octo start\` needs it: ${error.message}`)
      return false
    }
  }

  function isBeside(request: PluginRequest): boolean {
    const question = questionOf([request])
    return gapFor(question) !== undefined && lockedFor(question) !== undefined && isAnswered(question.plugin)
  }

  /** What the config asks of the same plugin has to be satisfied too, as one version is locked. */
  function withConfig(request: PluginRequest): readonly PluginRequest[] {
    const own = requestsOf(config).filter(({ plugin }) => plugin === request.plugin)
    const isLocked = gapFor(questionOf([request])) === undefined
    return isLocked ? [request] : [request, ...own]
  }

  /** True when the lockfile answers what the config itself asks of the plugin. */
  function isAnswered(plugin: string): boolean {
    const own = requestsOf(config).filter((request) => request.plugin === plugin)
    return questionsOf(own).every((question) => gapFor(question) === undefined)
  }
}

/** A repo that offers a name only once the locked one no longer does may have waited for that. */
function requireSameRepo({ plugin }: Question, locked: LockedPlugin, found: LockedPlugin): void {
  if (locked.repo === found.repo) return
  throw coded('NAME_AMBIGUOUS', {
    message: `plugin ${quote(plugin)} is locked from ${quote(locked.repo)}, which does not offer it now, and ${quote(found.repo)} offers one of that name`,
    details: { plugin, repos: [locked.repo, found.repo] },
    hint: `when it did move, pin it in the config: \`operator: {plugins: {${plugin}: {repo: ${found.repo}}}}\``,
  })
}

function changesBetween(before: Lockfile, after: Lockfile, reasons: ReadonlyMap<string, Why>): readonly LockChange[] {
  const names = [...new Set([...Object.keys(before.plugins), ...Object.keys(after.plugins)])].sort()
  return names.flatMap((name) => {
    const [old, now] = [before.plugins[name], after.plugins[name]]
    if (old?.version === now?.version && old?.signer === now?.signer) return []
    const why = now ? reasons.get(name) : { reason: 'the config does not ask for it' }
    const change = { ...(old ? { before: old } : {}), ...(now ? { after: now } : {}) }
    return [{ name, ...change, ...why }]
  })
}

function resultOf<Value>(outcome: Settled<Value> | undefined): Value | undefined {
  return outcome?.state === 'done' ? outcome.value : undefined
}

function notCovered(lock: Lockfile | undefined, lockPath: string, gaps: readonly string[]): CodedError {
  const [code, problem] = lock
    ? (['LOCK_OUT_OF_DATE', 'is out of date'] as const)
    : (['LOCK_MISSING', 'does not exist'] as const)
  const more = gaps.length > 1 ? ` (and ${gaps.length - 1} more)` : ''
  return coded(code, {
    message: `lockfile ${quote(lockPath)} ${problem}: ${gaps[0]}${more}`,
    details: { lock: lockPath, gaps },
    hint: hintFor(lock, lockPath),
  })
}

/** Locking again would change nothing: it is the command line that asks for another version, and not the config. */
function onlyLocked({ plugin }: Question, gap: string | undefined, lockPath: string): CodedError {
  return coded('LOCK_OUT_OF_DATE', {
    message: `with \`--frozen\` what is in ${quote(lockPath)} alone is run: ${gap}`,
    details: { lock: lockPath, gaps: [gap] },
    hint: `leave \`--frozen\` away, or name ${quote(plugin)} alone for the version that is locked`,
  })
}

/** Lockfiles were once shared by all configs of a folder. */
function hintFor(lock: Lockfile | undefined, lockPath: string): string {
  const shared = join(dirname(lockPath), LOCK_NAME)
  if (lock || shared === lockPath || !existsSync(shared))
    return `run \`octo lock\` without \`--frozen\`, and commit ${basename(lockPath)}`
  return `this config has a lockfile of its own; \`cp ${shellWord(shared)} ${shellWord(lockPath)}\` begins it with what is locked`
}
