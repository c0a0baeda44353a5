// Figures, comparisons and aims as people read them, rounded to what a timing can promise.
import { formatBytes } from '../terminal/measures.ts'
import type { Verdict } from './judge.ts'
import type { Aim, Unit } from './model.ts'
import { roundFigure } from './statistics.ts'

export function figureInWords(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return '–'
  const rounded = roundFigure(value)
  switch (unit) {
    case 'requests/s':
      return `${grouped(rounded)}/s`
    case 'bytes/s':
      return `${formatBytes(value)}/s`
    case 'bytes':
      return formatBytes(value)
    case 'ms':
      return rounded >= 1000 ? `${roundFigure(rounded / 1000)} s` : `${rounded} ms`
  }
}

export function comparisonInWords({ aim, value }: Verdict, unit: Unit): string {
  if (Number.isNaN(value)) return '–'
  return aim.compare === 'ratio' ? `${roundFigure(value)} ×` : signed(value, unit)
}

export function aimInWords({ compare, bound, limit }: Aim, unit: Unit): string {
  if (bound === undefined || limit === undefined) return ''
  return `${bound} ${compare === 'ratio' ? `${limit} ×` : signed(limit, unit)}`
}

export function verdictInWords({ met }: Verdict): string {
  return met === undefined ? '' : met ? 'met' : 'missed'
}

function signed(value: number, unit: Unit): string {
  return `${value < 0 ? '−' : '+'}${figureInWords(Math.abs(value), unit)}`
}

function grouped(value: number): string {
  return value >= 10_000 ? `${Math.round(value / 1000)} 000` : String(value)
}
