// The table at the end of a run: one line per comparison.
import type { Table } from '../terminal/index.ts'
import { judge } from './judge.ts'
import type { Absence, BenchmarkResult, RunResult } from './model.ts'
import { median, spread } from './statistics.ts'
import { aimInWords, comparisonInWords, figureInWords, verdictInWords } from './words.ts'

export function comparisonTable({ benchmarks, absent }: Pick<RunResult, 'benchmarks' | 'absent'>): Table {
  return {
    columns: [
      { title: 'benchmark', shrinks: true },
      { title: 'octo', shrinks: true },
      { title: 'figure', align: 'right' },
      { title: 'compared with', shrinks: true },
      { title: 'figure', align: 'right' },
      { title: 'result', align: 'right' },
      { title: 'aim' },
      { title: 'verdict' },
    ],
    rows: [
      ...benchmarks.flatMap((result) => [...comparisonRows(result), ...absenceRows(result.title, result.absent)]),
      ...absenceRows('', absent),
    ],
  }
}

export function comparisonRows(result: BenchmarkResult): string[][] {
  return judge(result).map((verdict) => [
    result.title,
    verdict.aim.ours,
    medianInWords(result, verdict.aim.ours),
    verdict.aim.peer,
    medianInWords(result, verdict.aim.peer),
    comparisonInWords(verdict, result.unit),
    aimInWords(verdict.aim, result.unit),
    verdictInWords(verdict),
  ])
}

function absenceRows(title: string, absent: readonly Absence[]): string[][] {
  return absent.map(({ name, kind }) => [title, name, kind, '', '', '', '', ''])
}

function medianInWords(result: BenchmarkResult, name: string): string {
  const figure = result.figures.find((candidate) => candidate.name === name)
  return figure ? figureInWords(median(figure.samples), result.unit) : '–'
}

/** The widest spread of a result's contenders, in per cent: how steady the machine was. */
export function unsteadiness(result: BenchmarkResult): number {
  const spreads = result.figures.filter(({ samples }) => samples.length > 2).map(({ samples }) => spread(samples))
  return Math.round(100 * Math.max(0, ...spreads))
}
