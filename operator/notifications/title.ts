// The subject of a message about several services. No single word is true of all of them, so each is named with how it stands,
// the worst first: whoever is woken by it reads there what is down.
import type { Notification } from '../../schemas/contract/notification.ts'
import { standing, worstFirst } from './standing.ts'
import type { News } from './state.ts'

const MAX_NAMED = 3

const HAPPENED: Readonly<Record<Notification['kind'], string>> = {
  failed: 'failed',
  resolved: 'is well again',
  started: 'was started',
  stopped: 'was stopped',
  crashed: 'crashed',
  'gave-up': 'is not started any more',
}

/** Undefined for what is about one service: whoever sends it makes a subject of that. */
export function titleOf(project: string, news: readonly News[]): string | undefined {
  const services = [...Map.groupBy(news, ({ service = '' }) => service).values()]
  if (services.length < 2) return undefined
  const told = worstFirst(services.map(standing)).map(inWords)
  const others = told.length - MAX_NAMED
  const named = others > 1 ? [...told.slice(0, MAX_NAMED), `and ${others} others`] : told
  return `[${project}] ${named.join(', ')}`
}

function inWords({ service = '', check, kind }: News): string {
  return `${[service, check].filter(Boolean).join(': ')} ${HAPPENED[kind]}`.trim()
}
