// When each row of a session is to be seen: commands as somebody types them, answers a row after the other.
import type { SeenLine, Turn } from './session.ts'
import { wrapSeen } from './session.ts'

export type TimedRow = {
  readonly line: SeenLine
  /** Seconds since the beginning. */
  readonly at: number
  /** Of a row that is typed: from which column, from when, and until when. */
  readonly typing?: { readonly column: number; readonly from: number; readonly until: number }
}

export type Timeline = { readonly rows: readonly TimedRow[]; readonly seconds: number }

const BEFORE_TYPING = 0.9
const PER_KEY = 0.022
const BEFORE_ANSWER = 0.3
const PER_ROW = 0.06
const AT_END = 8
/** What a shell puts before what is typed: `$ ` or `> `. */
const PROMPT = 2

/** Ends with a prompt that waits. */
export function timelineOf(turns: readonly Turn[], columns: number): Timeline {
  const rows: TimedRow[] = []
  let now = 0
  for (const { typed, answer } of turns) {
    let at = now
    now += BEFORE_TYPING
    for (const line of typed)
      for (const [part, row] of wrapSeen(line, columns).entries()) {
        const column = part === 0 ? PROMPT : 0
        const from = now
        now += (row.text.length - column) * PER_KEY
        rows.push({ line: row, at, typing: { column, from, until: now } })
        at = now
      }
    now += BEFORE_ANSWER
    for (const line of answer.flatMap((one) => wrapSeen(one, columns))) {
      rows.push({ line, at: now })
      now += PER_ROW
    }
    // Air before the next prompt, which a terminal has not.
    rows.push({ line: { text: '', looks: [] }, at: now })
  }
  rows.push({ line: { text: '$', looks: ['prompt'] }, at: now })
  return { rows, seconds: now + AT_END }
}
