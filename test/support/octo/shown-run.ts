// What a document shows of a run, held to what the run printed. `OCTO_WRITE_DOCUMENTS=1` before the test writes anew what differs;
// what is left out (`  …`) and empty lines stay where they are.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { blocksOfKind, readDocument } from './document-blocks.ts'
import { patternOf, shownLineOf } from './shown-line.ts'

const GAP = '  …'

/** The block `text KIND` of a document shows lines of what was printed: in this order, and none left out without saying so. */
export function showsRun(path: string, kind: string, printed: string): void {
  const [shown = ''] = blocksOfKind(path, kind)
  const wanted = refreshed(shown, printed)
  if (wanted === shown) return
  if (process.env.OCTO_WRITE_DOCUMENTS === '1') {
    const page = readDocument(path).replace(`\`\`\`text ${kind}\n${shown}`, () => `\`\`\`text ${kind}\n${wanted}`)
    writeFileSync(new URL(`../../../${path}`, import.meta.url), page)
    return
  }
  assert.equal(shown, wanted, `${path} shows another \`${kind}\`; this test with OCTO_WRITE_DOCUMENTS=1 writes it anew`)
}

/** The block as the run makes it: as it is where each of its lines was printed, the nearest printed line where one was not. */
export function refreshed(shown: string, printed: string): string {
  const lines = shown.split('\n')
  const said = printed.split('\n').filter((line) => line.trim() !== '')
  if (isTrue(lines, said)) return shown
  const places = alignment(lines, said)
  const text: string[] = []
  let last: number | undefined
  for (const [at, line] of lines.entries()) {
    if (line === GAP || line === '') {
      text.push(line)
      if (line === GAP) last = undefined
      continue
    }
    const from = Math.max(-1, ...places.slice(0, at).filter((place) => place !== undefined)) + 1
    const to = places.slice(at).find((place) => place !== undefined) ?? said.length
    const follows = last !== undefined && last + 1 < to ? last + 1 : undefined
    const place = places[at] ?? nearest(line, said, from, to) ?? follows
    if (place === undefined) continue
    places[at] = place
    if (last !== undefined) text.push(...said.slice(last + 1, place).map(shownLineOf))
    text.push(patternOf(line).test(said[place] ?? '') ? line : shownLineOf(said[place] ?? ''))
    last = place
  }
  return text.join('\n')
}

function isTrue(lines: readonly string[], said: readonly string[]): boolean {
  const parts = lines
    .filter((line) => line !== '')
    .map((line) => (line === GAP ? '(?:.*\\n)*?' : `${patternOf(line).source}\\n`))
  return new RegExp(parts.join(''), 'm').test(`${said.join('\n')}\n`)
}

/** For each line where it was printed, so that most lines have a place and all are in order. */
function alignment(lines: readonly string[], said: readonly string[]): (number | undefined)[] {
  const isShown = (line: number, at: number) => lines[line] !== '' && patternOf(lines[line] ?? '').test(said[at] ?? '')
  const best = Array.from({ length: lines.length + 1 }, () => new Array<number>(said.length + 1).fill(0))
  const score = (line: number, at: number) => best[line]?.[at] ?? 0
  for (let line = lines.length - 1; line >= 0; line--)
    for (let at = said.length - 1; at >= 0; at--)
      (best[line] ?? [])[at] = isShown(line, at)
        ? 1 + score(line + 1, at + 1)
        : Math.max(score(line + 1, at), score(line, at + 1))
  const places: (number | undefined)[] = []
  for (let line = 0, at = 0; line < lines.length; line++) {
    while (at < said.length && !isShown(line, at) && score(line, at + 1) > score(line + 1, at)) at++
    places.push(isShown(line, at) ? at++ : undefined)
  }
  return places
}

/** The printed line that shares most words with one, between two places; none where it shares less than a third. */
function nearest(line: string, said: readonly string[], from: number, to: number): number | undefined {
  const words = new Set(line.split(/\s+/))
  let found: number | undefined
  let most = words.size / 3
  for (let at = from; at < to; at++) {
    const shared = (said[at] ?? '').split(/\s+/).filter((word) => words.has(word)).length
    if (shared <= most) continue
    most = shared
    found = at
  }
  return found
}
