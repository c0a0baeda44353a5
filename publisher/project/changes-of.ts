// The part of a project's changelog that is about one version: what stands below the heading that names it. Headings of both
// kinds of Markdown count (`## [1.2.0] - 2026-01-31`, or a line with `---` below it), and none inside a block of code.

type Heading = {
  readonly level: number
  /** The first version that it names. */
  readonly version: string | undefined
  /** Lines of the heading, and where what it is about begins. */
  readonly start: number
  readonly end: number
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/
const HASHES = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/
const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/
const VERSION = /(?:^|[^0-9A-Za-z.])v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)(?![0-9A-Za-z]|\.[0-9])/

/** Undefined where no heading names the version, or nothing stands below it. */
export function changesOf(version: string, changelog: string): string | undefined {
  const lines = changelog.split(/\r\n?|\n/)
  const headings = headingsIn(lines)
  const at = headings.findIndex((heading) => heading.version === version)
  const found = headings[at]
  if (!found) return undefined
  const next = headings.slice(at + 1).find(({ level }) => level <= found.level)
  return lines.slice(found.end, next?.start).join('\n').trim() || undefined
}

function headingsIn(lines: readonly string[]): Heading[] {
  const headings: Heading[] = []
  let fence: string | undefined
  for (const [index, line] of lines.entries()) {
    const [, mark] = FENCE.exec(line) ?? []
    if (fence !== undefined) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined
      continue
    }
    fence = mark
    const heading = headingAt(lines, index)
    if (heading) headings.push(heading)
  }
  return headings
}

function headingAt(lines: readonly string[], index: number): Heading | undefined {
  const [line = '', below = ''] = lines.slice(index, index + 2)
  const hashes = HASHES.exec(line)
  if (hashes) return headingOf(hashes[2] ?? '', hashes[1]?.length ?? 1, { start: index, end: index + 1 })
  const [, underline] = (line.trim() !== '' && UNDERLINE.exec(below)) || []
  if (underline === undefined) return undefined
  return headingOf(line, underline.startsWith('=') ? 1 : 2, { start: index, end: index + 2 })
}

function headingOf(title: string, level: number, lines: Pick<Heading, 'start' | 'end'>): Heading {
  return { level, version: VERSION.exec(title)?.[1], ...lines }
}
