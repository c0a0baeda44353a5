// From what happened to what is new: a problem is told once and again when it is over, and what goes back and forth is told once
// as that. Pure; times are milliseconds of any clock that does not go back.
import type { NotifiedKind, Severity } from '../../config/model/notifier-config.ts'
import { SEVERITIES } from '../../config/model/notifier-config.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable } from '../../schemas/quote.ts'
import { formatDuration } from '../../terminal/index.ts'
import type { About, Happening } from './happening.ts'
import { nameOf, severityOf } from './happening.ts'
import type { News, Subject, Subjects } from './state.ts'

export type Time = {
  readonly now: number
  /** The same moment for people. */
  readonly at: string
}

type Heard = { readonly subjects: Subjects; readonly news: readonly News[] }

/** So many times within so long is back and forth, until it stays one way for so long. */
// allow(dead-export): the test lets this time pass, by hand
export const FLAPPING = { times: 4, withinMs: 10 * 60_000, calmMs: 5 * 60_000 }
const MAX_MESSAGE = 500
const MAX_NAME = 200
const NEVER = Number.POSITIVE_INFINITY

/** The same subjects where nothing is new for anybody. */
export function hear(subjects: Subjects, told: Happening, time: Time): Heard {
  const happening = cleaned(told)
  const { kind } = happening
  if (kind === 'started') return { subjects, news: [newsOf(happening, kind, time)] }
  if (kind === 'stopped') return stopped(subjects, happening, time)
  const name = nameOf(happening)
  const before = subjects[name]
  if (kind === 'well') {
    if (!before?.problem) return { subjects, news: [] }
    const { holdMs = 0, message } = happening
    if (holdMs > 0) return only(subjects, name, { ...before, well: { at: time.now + holdMs, message } })
    return changed(subjects, name, over(before, message, time))
  }
  return changed(subjects, name, wrong(before, happening, kind, time))
}

/** What has come by itself since: a problem that is over, something that has calmed down. */
export function look(subjects: Subjects, time: Time): Heard {
  let all: Heard = { subjects, news: [] }
  for (const [name, subject] of Object.entries(subjects)) {
    const step = lookAt(subject, time)
    if (!step) continue
    const next = changed(all.subjects, name, step)
    all = { subjects: next.subjects, news: [...all.news, ...next.news] }
  }
  return all
}

/** When `look` has something to say. */
export function dueOf(subjects: Subjects): number {
  return Math.min(...Object.values(subjects).flatMap(({ well, calmAt }) => [well?.at ?? NEVER, calmAt ?? NEVER]), NEVER)
}

type Step = { readonly subject: Subject | undefined; readonly news?: News }

function changed(subjects: Subjects, name: string, { subject, news }: Step): Heard {
  const { [name]: before, ...others } = subjects
  const heard = news ? [news] : []
  if (subject === before) return { subjects, news: heard }
  return { subjects: subject ? { ...others, [name]: subject } : others, news: heard }
}

function only(subjects: Subjects, name: string, subject: Subject): Heard {
  return { subjects: { ...subjects, [name]: subject }, news: [] }
}

function wrong(before: Subject | undefined, happening: Happening, kind: NotifiedKind, time: Time): Step {
  const { status } = happening
  const { well: _, ...kept }: Subject = before ?? { about: aboutOf(happening), openings: [] }
  const severity = severityOf({ kind, ...omitUndefined({ status }) })
  const { problem } = kept
  const says = { kind, severity, ...omitUndefined({ status }) }
  if (problem) {
    const isWorse = isGivenUp(kind, problem.kind) || rank(severity) > rank(problem.severity)
    if (!isWorse) return { subject: before?.well ? kept : before }
    const { calmAt: __, ...calm } = kept
    return {
      subject: { ...calm, problem: { ...says, since: problem.since } },
      news: { ...newsOf(happening, kind, time), since: problem.since },
    }
  }
  const openings = [...kept.openings.filter((at) => at > time.now - FLAPPING.withinMs), time.now]
  const open: Subject = { ...kept, openings, problem: { ...says, since: time.at } }
  const calmAt = time.now + FLAPPING.calmMs
  if (kept.calmAt !== undefined && kind !== 'gave-up')
    return { subject: { ...open, openings: openings.slice(-FLAPPING.times), calmAt } }
  const news = newsOf(happening, kind, time)
  if (openings.length < FLAPPING.times) return { subject: open, news }
  return { subject: { ...open, calmAt }, news: { ...news, message: `${news.message} (${back(openings, time)})` } }
}

function isGivenUp(kind: NotifiedKind, before: NotifiedKind): boolean {
  return kind === 'gave-up' && before !== 'gave-up'
}

function back(openings: readonly number[], { now }: Time): string {
  const inMs = now - (openings[0] ?? now)
  return `for the ${openings.length}th time in ${formatDuration(inMs)}: the next message is sent when it has stayed one way for ${formatDuration(FLAPPING.calmMs)}`
}

function over(subject: Subject, message: string, time: Time): Step {
  const { problem, well: _, ...kept } = subject
  if (!problem) return { subject }
  if (kept.calmAt !== undefined) return { subject: { ...kept, calmAt: time.now + FLAPPING.calmMs } }
  return { subject: pruned(kept, time), news: resolvedNews(subject, message, time) }
}

/** Whatever was wrong with it is nobody's concern any more. */
function stopped(subjects: Subjects, happening: Happening, time: Time): Heard {
  let all: Heard = { subjects, news: [newsOf(happening, 'stopped', time)] }
  for (const [name, subject] of Object.entries(subjects)) {
    const { service, instance } = subject.about
    if (service !== happening.service || instance !== happening.instance) continue
    const { calmAt: _, ...calm } = subject
    const { news } = over(calm, happening.message, time)
    all = {
      subjects: changed(all.subjects, name, { subject: undefined }).subjects,
      news: [...all.news, ...(news ? [news] : [])],
    }
  }
  return all
}

function lookAt(subject: Subject, time: Time): Step | undefined {
  const { well, calmAt, problem } = subject
  if (well && well.at <= time.now) return over(subject, well.message, time)
  if (calmAt !== undefined && calmAt <= time.now) {
    const { calmAt: _, ...kept } = subject
    const calm: Subject = { ...kept, openings: [] }
    const forSoLong = `has stayed so for ${formatDuration(FLAPPING.calmMs)}`
    if (!problem) return { subject: undefined, news: resolvedNews(subject, forSoLong, time) }
    const { kind, severity, status, since } = problem
    const said = { kind, severity, ...omitUndefined({ status }), since, at: time.at }
    return { subject: calm, news: { ...subject.about, ...said, message: forSoLong } }
  }
  return !problem && pruned(subject, time) === undefined ? { subject: undefined } : undefined
}

/** What is well, and was for long enough, is not remembered. */
function pruned(subject: Subject, { now }: Time): Subject | undefined {
  const isRecent = subject.openings.some((at) => at > now - FLAPPING.withinMs)
  return subject.problem || subject.calmAt !== undefined || isRecent ? subject : undefined
}

function newsOf(happening: Happening, kind: NotifiedKind, { at }: Time): News {
  const { status, message } = happening
  const said = omitUndefined({ status })
  return { ...aboutOf(happening), kind, severity: severityOf({ kind, ...said }), ...said, message, since: at, at }
}

function resolvedNews({ about, problem }: Subject, message: string, { at }: Time): News {
  return { ...about, kind: 'resolved', severity: problem?.severity ?? 'critical', message, since: at, at }
}

/** Of plugins, and of whoever wrote the config: single lines, and not too long. */
function cleaned(happening: Happening): Happening {
  return { ...happening, ...aboutOf(happening), message: printable(happening.message, MAX_MESSAGE) }
}

/** By this it is known from one message to the next. */
export function aboutOf({ service, instance, check }: About): About {
  const texts = Object.entries({ service, instance, check })
  return Object.fromEntries(
    texts.flatMap(([key, text]) => (text === undefined ? [] : [[key, printable(text, MAX_NAME)]])),
  )
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity)
}
