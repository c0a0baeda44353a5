// Searches every source file for the patterns that this project does without.
import { blank, lineAt } from './code-text.ts'
import type { Finding, SourceFile } from './finding.ts'
import { isAllowed } from './finding.ts'
import type { Pattern } from './patterns.ts'
import { MAX_FILE_LINES, PATTERNS } from './patterns.ts'

const INSTEAD_OF_LONG = 'split the file where it has two reasons to change'

export function checkPatterns(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => [...PATTERNS.flatMap((pattern) => search(file, pattern)), ...checkLength(file)])
}

function search(file: SourceFile, pattern: Pattern): Finding[] {
  const { rule, only, except, instead } = pattern
  if ((only && !only.test(file.path)) || except?.test(file.path)) return []
  const { text, shown } = searched(file, pattern)
  return [...text.matchAll(new RegExp(pattern.find, unique(`${pattern.find.flags}g`)))]
    .map((match) => ({ line: lineAt(text, match.index), found: shown(match) }))
    .filter(({ line }) => !isAllowed(file.text, line, rule))
    .map(({ line, found }) => ({ file: file.path, line, rule, found, instead }))
}

function searched(file: SourceFile, { within = 'code' }: Pattern) {
  const quoted = (match: RegExpMatchArray) => `\`${match[0].trim().split('\n')[0]}\``
  if (within === 'path') return { text: file.path, shown: () => 'the name of the file or its folder' }
  if (within === 'code') return { text: blank(file.text).codeOnly, shown: quoted }
  return { text: file.text, shown: (match: RegExpMatchArray) => (match[0] ? quoted(match) : 'the first line') }
}

function checkLength({ path, text }: SourceFile): Finding[] {
  const lines = text.split('\n').length - 1
  if (lines <= MAX_FILE_LINES || /^\/\/ allow\(long-file\): \S/m.test(text)) return []
  const found = `${lines} lines, at most ${MAX_FILE_LINES}`
  return [{ file: path, line: MAX_FILE_LINES + 1, rule: 'long-file', found, instead: INSTEAD_OF_LONG }]
}

function unique(flags: string): string {
  return [...new Set(flags)].join('')
}
