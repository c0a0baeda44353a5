// How something stands after all that is told of it: what was solved meanwhile is solved, and of what is left the worst counts.
import { SEVERITIES } from '../../config/model/notifier-config.ts'
import { nameOf } from './happening.ts'
import type { News } from './state.ts'

/** Of at least one. */
export function standing(news: readonly News[]): News {
  const last = [...new Map(news.map((one) => [nameOf(one), one])).values()]
  return worstFirst(last)[0] as News
}

export function worstFirst(news: readonly News[]): readonly News[] {
  return [...news].sort((a, b) => rank(b) - rank(a))
}

/** What is over is less than anything that is not. */
function rank({ severity, kind }: News): number {
  if (kind === 'resolved') return -1
  return 2 * SEVERITIES.indexOf(severity) + (kind === 'gave-up' ? 1 : 0)
}
