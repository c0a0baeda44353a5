// docs/BENCHMARKS.md from a saved run: what was measured, how it stands to the aims, and how to run it again.
import { judge } from './judge.ts'
import type { Absence, BenchmarkResult, RunResult } from './model.ts'
import { REASONS } from './reasons.ts'
import { comparisonRows, unsteadiness } from './report.ts'

const INTRODUCTION = `octo beside its peers, side by side in one run: rounds are interleaved (ABAB), figures are medians, comparisons are medians of
round by round comparisons. Figures are rounded to two digits; only the comparisons travel to other machines.`

export function renderDocument(run: RunResult): string {
  const sections = [
    '# Benchmarks',
    INTRODUCTION,
    `\`\`\`sh\n${run.command}\n\`\`\``,
    conditions(run),
    ...(run.quick ? ['**A quick run: it shows that everything works, not how fast.**'] : []),
    comparisons(run.benchmarks),
    ...missedAims(run.benchmarks),
    ...absences([...run.absent, ...run.benchmarks.flatMap(({ absent }) => absent)]),
    notes(run.benchmarks),
  ]
  return `${sections.join('\n\n')}\n`
}

function conditions({ date, machine, versions }: RunResult): string {
  const pairs = (map: Readonly<Record<string, string>>) => Object.entries(map).map(([key, value]) => `${key} ${value}`)
  return `${date} · ${pairs(machine).join(' · ')} · versions: ${pairs(versions).join(', ')}`
}

function comparisons(benchmarks: readonly BenchmarkResult[]): string {
  const header = ['benchmark', 'octo', 'figure', 'compared with', 'figure', 'result', 'aim', '']
  return ['## Results', '', markdownTable(header, benchmarks.flatMap(comparisonRows))].join('\n')
}

function missedAims(benchmarks: readonly BenchmarkResult[]): string[] {
  const missed = benchmarks.filter((result) => judge(result).some(({ met }) => met === false))
  const lines = missed.map(({ name, title }) => `- **${title}**: ${REASONS[name] ?? 'why, is not known yet'}.`)
  return lines.length === 0 ? [] : [['## Aims missed, and why', '', ...lines].join('\n')]
}

function absences(absent: readonly Absence[]): string[] {
  const lines = new Set(absent.map(({ name, kind }) => `- ${name}: ${kind}`))
  return lines.size === 0 ? [] : [['## Not measured', '', ...lines].join('\n')]
}

function notes(benchmarks: readonly BenchmarkResult[]): string {
  const lines = benchmarks.map((result) => {
    const rounds = Math.max(0, ...result.figures.map(({ samples }) => samples.length))
    const steadiness = rounds > 2 ? `, spread ±${unsteadiness(result)} %` : ''
    return `- **${result.title}** (${rounds} rounds${steadiness})${result.note === undefined ? '' : `: ${result.note}`}.`
  })
  return ['## How each was measured', '', ...lines].join('\n')
}

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}
