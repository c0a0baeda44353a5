// The answer to one TAB: `octo __complete SHELL BREAKS LINE`, which the scripts call. Its first line is the kind of what follows, `words`
// or `files`; each further line is a word, a TAB, and what it means.
import type { CommandRow } from './command-table.ts'
import type { Answer } from './complete.ts'
import { complete } from './complete.ts'
import { openKnownNames } from './known-names.ts'
import { isPlainText } from './plain-text.ts'
import type { Shell } from './split-line.ts'
import { splitLine } from './split-line.ts'

const SHELLS: readonly string[] = ['bash', 'zsh', 'fish'] satisfies readonly Shell[]
/** More than anybody reads, and short enough for a shell to sort at once. */
const MAX_ANSWERS = 1000
const MAX_LINE = 65_536
const MAX_MEANING = 100

type Place = {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly commands: CommandRow
}

/** Empty for what no script asks. */
export function answer(argv: readonly string[], { cwd, env, commands }: Place): string {
  const [, shell = '', breaks = '', line = ''] = argv
  if (!isShell(shell) || line.length > MAX_LINE) return ''
  const typed = splitLine(line, { shell, breaks })
  const { kind, answers } = complete(commands, typed, openKnownNames({ cwd, env }))
  const from = typed.current.replacedFrom
  const shown = answers.filter(({ text }) => isPlainText(text)).slice(0, MAX_ANSWERS)
  return [kind, ...shown.map((each) => lineOf(each, from))].map((row) => `${row}\n`).join('')
}

function isShell(text: string): text is Shell {
  return SHELLS.includes(text)
}

function lineOf({ text, says = '' }: Answer, from: number): string {
  return `${text.slice(from)}\t${isPlainText(says) ? says.slice(0, MAX_MEANING) : ''}`
}
