// The fenced blocks of a document, so that tests can hold it to what it says.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

type DocumentBlock = {
  /** e.g. `yaml`, `sh`; empty for plain output. */
  readonly language: string
  /** What stands behind the language, e.g. `lockfile`. */
  readonly kind: string
  readonly text: string
}

/** Text of a file of this repository; `path` is relative to its root. */
export function readDocument(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
}

/** All blocks of a document, or of the part of it below one heading. */
export function blocksOf(path: string, heading?: string): readonly DocumentBlock[] {
  const page = readDocument(path)
  const text = heading === undefined ? page : sectionOf(page, heading)
  return [...text.matchAll(/^```(\w*) ?(\S*)\n([\s\S]*?)^```$/gm)].map(([, language = '', kind = '', body = '']) => ({
    language,
    kind,
    text: body,
  }))
}

/** Texts of all blocks of one kind; fails when there is none. */
export function blocksOfKind(path: string, kind: string): readonly string[] {
  const found = blocksOf(path).filter((block) => block.kind === kind)
  assert.ok(found.length > 0, `${path} has no block of kind ${kind}`)
  return found.map(({ text }) => text)
}

/** Rows of a YAML list in a block. */
export function rowsOf(path: string, kind: string): readonly Readonly<Record<string, unknown>>[] {
  return blocksOfKind(path, kind).flatMap((text) => parse(text))
}

/** Cells of the rows of all tables below a heading, without the heads. */
export function tableRows(path: string, heading: string): readonly (readonly string[])[] {
  const lines = sectionOf(readDocument(path), heading).split('\n')
  const isRow = (line: string | undefined) => line?.startsWith('|') === true
  return lines
    .filter((line, at) => isRow(line) && isRow(lines[at - 1]) && !line.startsWith('| ---'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

/** From a heading to the next one of its level or above. */
function sectionOf(page: string, heading: string): string {
  const start = page.indexOf(`\n${heading}\n`)
  assert.ok(start >= 0, `no heading ${heading}`)
  const level = heading.indexOf(' ')
  const rest = page.slice(start + heading.length + 2)
  const end = rest.search(new RegExp(`^#{1,${level}} `, 'm'))
  return end < 0 ? rest : rest.slice(0, end)
}
