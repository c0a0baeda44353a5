// One item of work under way, as both displays keep it. Its name may come from others, so it is made printable here.
import { printable } from '../schemas/quote.ts'
import type { Ended } from './ended-line.ts'
import type { ProgressItem } from './progress.ts'

export type Work = { readonly label: string; readonly startedAt: number; total: number; value: number }

const MAX_LABEL = 300

type Deps = { readonly now: () => number; readonly onEnd: (work: Work, ended: Ended) => void }

/** The item that its caller holds; it ends once, whatever the caller does afterwards. */
export function openWork(name: string, total: number, { now, onEnd }: Deps): { work: Work; item: ProgressItem } {
  const label = printable(name, MAX_LABEL)
  const work: Work = { label, startedAt: now(), total, value: 0 }
  let hasEnded = false
  const end = (outcome: Ended['outcome']) => {
    if (hasEnded) return
    hasEnded = true
    onEnd(work, { label, bytes: work.value, tookMs: now() - work.startedAt, outcome })
  }
  const item: ProgressItem = {
    total(amount) {
      work.total = amount
    },
    advance(amount) {
      work.value += amount
    },
    done: (note) => end({ kind: 'done', note }),
    fail: (reason) => end({ kind: 'failed', reason }),
  }
  return { work, item }
}
