// Finds error codes that no error of octo has: docs/ERRORS.md would promise scripts what never happens.
import { blank, lineAt } from './code-text.ts'
import type { Finding, SourceFile } from './finding.ts'

const TABLE = 'schemas/error-codes.ts'
const ROW = /^ {2}([A-Z][A-Z_0-9]*): \{/gm
/** `coded('CODE', …)`, or a pair that is given to it: `(['CODE', 'says why'] as const)`. To compare with a code is no error. */
const THROWN = /(?:\bcoded\(|(?<!\bSet)\(\[)\s*'([A-Z][A-Z_0-9]*)'/g
const OUTSIDE = /^(?:test|bench|fuzz|tools|examples)\//

export function findUnthrownCodes(files: readonly SourceFile[]): Finding[] {
  const own = files.filter(({ path }) => !OUTSIDE.test(path))
  const thrown = new Set(
    own.flatMap(({ text }) => [...blank(text).withoutComments.matchAll(THROWN)].map(([, code]) => code)),
  )
  return files
    .filter(({ path }) => path === TABLE)
    .flatMap(({ text }) =>
      [...text.matchAll(ROW)]
        .filter(([, code]) => !thrown.has(code))
        .map(({ 1: code, index }) => ({
          file: TABLE,
          line: lineAt(text, index),
          rule: 'unthrown-code',
          found: `no error has the code \`${code}\``,
          instead: 'delete the row, or give the code to the error that it is meant for: `coded(CODE, …)`',
        })),
    )
}
