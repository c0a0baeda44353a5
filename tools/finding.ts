// One thing that a check found, and how it is shown: where, what, and what to do instead; and how a line says that it stays.

export type Finding = {
  /** Path from the root of the repository, with `/`. */
  readonly file: string
  readonly line: number
  readonly rule: string
  readonly found: string
  readonly instead: string
}

export type SourceFile = { readonly path: string; readonly text: string }

export function renderFindings(findings: readonly Finding[]): string {
  return findings
    .map(({ file, line, rule, found, instead }) => `${file}:${line}  ${rule}: ${found}\n    → ${instead}`)
    .join('\n')
}

/** Whether the line, or the one above it, says why it is as it is: an exception that nobody can explain is a mistake. */
export function isAllowed(text: string, line: number, rule: string): boolean {
  const nearby = text.split('\n').slice(Math.max(0, line - 2), line)
  return nearby.some((words) => new RegExp(`// allow\\(${rule}\\): \\S`).test(words))
}
