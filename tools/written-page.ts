// A page of docs/ of which a part, between two marks, is written by a tool; with --check the tool only says whether it is stale.
import { readFileSync, writeFileSync } from 'node:fs'

type WrittenPart = {
  /** Below the repository, such as `docs/CONFIG.md`. */
  readonly path: string
  /** The tool, as it is typed. */
  readonly tool: string
  readonly begin: string
  readonly end: string
}

/** The page with the part between its marks replaced; undefined where it has no such marks. */
export function replacePart(page: string, { begin, end }: WrittenPart, text: string): string | undefined {
  const [before, rest = ''] = page.split(begin)
  const [, after] = rest.split(end)
  return after === undefined ? undefined : `${before}${begin}\n\n${text}\n\n${end}${after}`
}

/** Writes the part, or with `--check` among the arguments says that it is stale; sets the exit code. */
export function writePart(part: WrittenPart, text: string): void {
  const url = new URL(`../${part.path}`, import.meta.url)
  const page = readFileSync(url, 'utf8')
  const wanted = replacePart(page, part, text)
  if (wanted === page) return
  if (wanted !== undefined && !process.argv.includes('--check')) {
    writeFileSync(url, wanted)
    return
  }
  const problem = wanted === undefined ? `${part.path} lost its mark \`${part.begin}\`` : `stale: ${part.path}`
  process.stderr.write(`${problem}\n  do this instead: node_modules/.bin/node ${part.tool}\n`)
  process.exitCode = 1
}
