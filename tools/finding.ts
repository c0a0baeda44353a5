// One thing that a check found, and how it is shown: where, what, and what to do instead.

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
