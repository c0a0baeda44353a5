// Runs the contenders of a benchmark in interleaved rounds (ABAB), so that a busy moment hits all of them alike.
import type { Absence, Benchmark, BenchmarkResult, Contender, Figure } from './model.ts'
import { messageOf } from './scope.ts'

type ContestSetting = {
  readonly quick: boolean
  readonly log: (line: string) => void
}

export async function contest(benchmark: Benchmark, setting: ContestSetting): Promise<BenchmarkResult> {
  const entries = benchmark.contenders.map((contender) => new Entry(contender))
  const rounds = setting.quick ? benchmark.rounds.quick : benchmark.rounds.full
  if (benchmark.warmUp !== false) await playRound(entries, 0)
  for (const entry of entries) entry.samples.length = 0
  for (let round = 1; round <= rounds; round++) await playRound(entries, round)
  const failed = entries.flatMap(({ absence }) => absence ?? [])
  for (const { name, reason } of failed) setting.log(`${benchmark.name}: ${name} failed: ${reason}`)
  return {
    name: benchmark.name,
    title: benchmark.title,
    unit: benchmark.unit,
    figures: entries.flatMap((entry) => entry.figure() ?? []),
    aims: benchmark.aims,
    absent: failed,
    ...(benchmark.note === undefined ? {} : { note: benchmark.note }),
  }
}

/** A contender that breaks once takes no further part: half its rounds would make the pairs wrong. */
class Entry {
  readonly contender: Contender
  readonly samples: number[] = []
  absence: Absence | undefined

  constructor(contender: Contender) {
    this.contender = contender
  }

  async play(round: number): Promise<void> {
    if (this.absence) return
    try {
      this.samples.push(await this.contender.measure(round))
    } catch (error) {
      this.absence = { name: this.contender.name, kind: 'failed', reason: messageOf(error) }
    }
  }

  figure(): Figure | undefined {
    return this.absence ? undefined : { name: this.contender.name, samples: this.samples }
  }
}

async function playRound(entries: readonly Entry[], round: number): Promise<void> {
  for (const entry of entries) await entry.play(round)
}
