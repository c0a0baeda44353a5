// What a benchmark is and what a run leaves behind. A run is data only: it can be saved, compared and rendered later.

export type Unit = 'requests/s' | 'bytes/s' | 'ms' | 'bytes'

/** One side of a comparison: `measure` does the work once and returns its figure. */
export type Contender = {
  readonly name: string
  readonly measure: (round: number) => Promise<number>
}

/** What is wanted of `ours` compared with `peer`: both are names of contenders. */
export type Aim = {
  readonly ours: string
  readonly peer: string
  readonly compare: 'ratio' | 'difference'
  /** Absent where the comparison is only shown. */
  readonly bound?: 'at least' | 'at most'
  readonly limit?: number
}

type Rounds = { readonly full: number; readonly quick: number }

export type Benchmark = {
  readonly name: string
  readonly title: string
  readonly unit: Unit
  readonly contenders: readonly Contender[]
  readonly aims: readonly Aim[]
  readonly rounds: Rounds
  /** False where a first, uncounted round would spoil what is measured. */
  readonly warmUp?: boolean
  /** What a reader must know to read the figures. */
  readonly note?: string
}

/** Why a contender has no figures. `missing`: not installed here; `failed`: it was there and broke. */
export type Absence = { readonly name: string; readonly kind: 'missing' | 'failed'; readonly reason: string }

export type Figure = { readonly name: string; readonly samples: readonly number[] }

export type BenchmarkResult = {
  readonly name: string
  readonly title: string
  readonly unit: Unit
  readonly figures: readonly Figure[]
  readonly aims: readonly Aim[]
  readonly absent: readonly Absence[]
  readonly note?: string
}

export type RunResult = {
  readonly format: 'octo.bench/v1'
  readonly date: string
  readonly command: string
  readonly quick: boolean
  readonly machine: Readonly<Record<string, string>>
  readonly versions: Readonly<Record<string, string>>
  readonly benchmarks: readonly BenchmarkResult[]
  /** What could not be set up, by suite. */
  readonly absent: readonly Absence[]
}
