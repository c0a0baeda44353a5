// How a search is narrowed down, counted and cut into pages, the same for every database: pure, over plugins in the order in
// which they are shown.
import type { SearchAnswer } from '../../schemas/api.ts'
import type { Digest } from '../../schemas/digest.ts'
import type { Contract } from '../../schemas/manifest.ts'
import type { Platform } from '../../schemas/platform.ts'
import { ANY, matchOrder } from '../../schemas/platform.ts'
import type { ReleasePredicate } from '../../schemas/release-statement.ts'
import { MAX_SEARCH_RESULTS } from './search-words.ts'

/** What the release that speaks for a plugin is found by, beside its words. */
export type Traits = {
  readonly platforms: readonly Platform[]
  readonly contract: Contract
  readonly signer: Digest
}

/**
 * A plugin as a search sees it: what the filters look at, as one text each, so that of very many plugins few differ. Platforms stand
 * with a space between; a plugin that no release speaks for yet has nothing there.
 */
export type Candidate = Readonly<Record<Counted, string>>

/** Only plugins with these; what is not named does not matter. */
export type SearchFilters = Readonly<Partial<Record<'kind' | 'category' | 'platform' | 'contract' | 'signer', string>>>

export type Narrowing = {
  readonly filters?: SearchFilters
  /** From 1 on. */
  readonly page?: number
}

/** What is counted: the filters, and the repo, which is chosen before. */
export const COUNTED = ['repo', 'kind', 'category', 'platform', 'contract', 'signer'] as const
export type Counted = (typeof COUNTED)[number]

export type Narrowed<Row> = Pick<SearchAnswer, 'truncated'> & {
  readonly shown: readonly Row[]
  /** On all pages. */
  readonly total: number
  /** How many there are with each value of a filter, were it set to that. */
  readonly counts: Readonly<Record<Counted, Readonly<Record<string, number>>>>
  /** How many there were without one of the filters that are set. */
  readonly without: Readonly<Partial<Record<Counted, number>>>
}

/** Values of each that are told: the most frequent ones. */
const MAX_VALUES = 20

export function traitsOf(predicate: ReleasePredicate, signer: Digest): Traits {
  const { protocol, output } = predicate.manifest
  const platforms = Object.keys(predicate.platforms) as Platform[]
  return { platforms: platforms.sort(), contract: protocol === 'ocm' ? 'ocm' : output, signer }
}

export function keysOf({ platforms, contract, signer }: Traits): Pick<Candidate, 'platform' | 'contract' | 'signer'> {
  return { platform: platforms.join(' '), contract, signer }
}

export function narrow<Row extends Candidate>(
  rows: readonly Row[],
  { filters = {}, page = 1 }: Narrowing,
): Narrowed<Row> {
  const tables = COUNTED.map((name) => new Table(name, name === 'repo' ? undefined : filters[name]))
  const kept: Row[] = []
  for (const row of rows) {
    const refusing = tables.filter((table) => table.refuses(row))
    if (refusing.length === 0) kept.push(row)
    // What one filter alone refuses could be chosen in place of its value.
    if (refusing.length < 2) for (const table of refusing.length === 0 ? tables : refusing) table.count(row)
  }
  const start = (page - 1) * MAX_SEARCH_RESULTS
  const shown = kept.slice(start, start + MAX_SEARCH_RESULTS)
  return {
    shown,
    total: kept.length,
    truncated: kept.length > start + shown.length,
    counts: Object.fromEntries(tables.map((table) => [table.name, table.values()])) as Narrowed<Row>['counts'],
    without: Object.fromEntries(
      tables.filter(({ wanted }) => wanted !== undefined).map((table) => [table.name, table.total()]),
    ),
  }
}

/** One filter over all plugins: which it refuses, and how many there are of each kind. */
class Table {
  readonly name: Counted
  readonly wanted: string | undefined
  readonly #refused = new Map<string, boolean>()
  readonly #counts = new Map<string, number>()

  constructor(name: Counted, wanted: string | undefined) {
    this.name = name
    this.wanted = wanted
  }

  refuses(row: Candidate): boolean {
    if (this.wanted === undefined) return false
    const key = row[this.name]
    const known = this.#refused.get(key) ?? !fits(this.name, key, this.wanted)
    this.#refused.set(key, known)
    return known
  }

  count(row: Candidate): void {
    const key = row[this.name]
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  values(): Readonly<Record<string, number>> {
    return countsOf(this.name, this.#counts)
  }

  total(): number {
    return sum(this.#counts.values())
  }
}

/** Platforms as a client chooses among them: what runs everywhere runs there too. */
function fits(counted: Counted, key: string, wanted: string): boolean {
  if (counted !== 'platform') return key === wanted
  const offered = key.split(' ')
  return matchOrder(wanted as Platform).some((platform) => offered.includes(platform))
}

/** In a time that grows with the number of keys alone: publishers choose them. */
function countsOf(counted: Counted, keys: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  const found = counted === 'platform' ? platformCounts(keys) : [...keys].filter(([key]) => key !== '')
  const ranked = found.toSorted(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
  return Object.fromEntries(ranked.slice(0, MAX_VALUES))
}

function platformCounts(keys: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  const offers = [...keys].map(([key, count]) => ({ offered: new Set(key.split(' ')), count }))
  const values = new Set(offers.flatMap(({ offered }) => [...offered]))
  values.delete('')
  // Whoever asks has some machine.
  if (values.size > 1) values.delete(ANY)
  return [...values].map((value) => {
    const order = matchOrder(value as Platform)
    const fitting = offers.filter(({ offered }) => order.some((platform) => offered.has(platform)))
    return [value, sum(fitting.map(({ count }) => count))] as const
  })
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, each) => total + each, 0)
}
