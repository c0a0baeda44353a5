// Sets a benchmark's figures against its aims. A missed aim is told, never an error.
import type { Aim, BenchmarkResult } from './model.ts'
import { pairedDifference, pairedRatio } from './statistics.ts'

export type Verdict = {
  readonly aim: Aim
  /** NaN when one of the two sides has no figures. */
  readonly value: number
  readonly met: boolean | undefined
}

export function judge(result: BenchmarkResult): Verdict[] {
  return result.aims.map((aim) => {
    const value = compare(result, aim)
    return { aim, value, met: meets(aim, value) }
  })
}

function compare(result: BenchmarkResult, aim: Aim): number {
  const ours = samplesOf(result, aim.ours)
  const peer = samplesOf(result, aim.peer)
  if (ours.length === 0 || peer.length === 0) return Number.NaN
  return aim.compare === 'ratio' ? pairedRatio(ours, peer) : pairedDifference(ours, peer)
}

function samplesOf(result: BenchmarkResult, name: string): readonly number[] {
  return result.figures.find((figure) => figure.name === name)?.samples ?? []
}

function meets({ bound, limit }: Aim, value: number): boolean | undefined {
  if (bound === undefined || limit === undefined || Number.isNaN(value)) return undefined
  return bound === 'at least' ? value >= limit : value <= limit
}
