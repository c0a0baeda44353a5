// The README's first minutes on a real terminal: typed into a shell, in order, against a registry in this process. What changes from run
// to run is taken out of what was seen.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { SeenLine, Turn } from '../../../tools/session/session.ts'
import { replaceSeen } from '../../../tools/session/session.ts'
import { runOnPty } from '../machine/pty.ts'
import { openScreen } from '../machine/screen.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import { blocksOf } from '../octo/document-blocks.ts'
import { publishProjects, writeKeyFiles } from '../publisher/publish-project.ts'
import { startTestRegistry } from '../registry/test-registry.ts'

const CHECKOUT = join(import.meta.dirname, '../../..')
/** Where README's registry listens. */
const USUAL_PORT = '8787'
/** They leave nothing for a later line: `test/journeys/first-minutes.test.ts` types every line, these too. */
const LEAVES_NOTHING = /^octo (?:run|test|why|graph) /
/** Says that the shell waits; a terminal shows nothing of it. */
const WAITS = '\u001b]133;A\u0007'

type SeenCommand = Turn & {
  /** As README has it, without its comment. */
  readonly command: string
}

/** The commands of README's tour that are shown or leave something for one that is, with what was seen of each. */
export async function recordSession(
  t: TestContext,
  { columns, shown }: { readonly columns: number; readonly shown: readonly RegExp[] },
): Promise<readonly SeenCommand[]> {
  const folder = tempFolder(t)
  const [state, home] = [join(folder, 'state'), join(folder, 'home')]
  const cwd = join(home, 'octo-tour')
  for (const path of [join(state, 'keys'), cwd]) mkdirSync(path, { recursive: true })
  const registry = await startTestRegistry(t, { dataDir: join(state, 'registry') })
  await registry.createRepo('core')
  await publishProjects(
    [join(CHECKOUT, 'plugins/check-tcp')],
    registry,
    writeKeyFiles(join(state, 'keys'), registry.key),
  )
  const { port } = new URL(registry.url)

  const screen = openScreen({ columns, rows: 40 })
  const env = { HOME: home, OCTO_HOME: join(folder, 'store'), STATE: state, TERM: 'xterm-256color' }
  // Read by a shell that is interactive; root's has another prompt of its own.
  const ENV = join(folder, 'prompts')
  writeFileSync(ENV, `PS1='${WAITS}$ '\nPS2='${WAITS}> '\n`)
  const shell = runOnPty(['/bin/sh', '-i'], screen, {
    ...{ cwd, columns, rows: 40 },
    env: { ...env, ENV, PATH: `${CHECKOUT}:${process.env.PATH}` },
  })
  t.after(() => shell.hangUp())
  const isTyped = (command: string) => !LEAVES_NOTHING.test(command) || shown.some((pattern) => pattern.test(command))
  const commands = tourOf('### Use a plugin', '### Write a plugin').filter(isTyped)
  let waited = 0
  const waits = () => screen.until(() => screen.raw().split(WAITS).length > waited + 1).then(() => waited++)
  await waits()
  for (const line of commands.flatMap((command) => command.split('\n'))) {
    shell.type(`${line.replaceAll(USUAL_PORT, port)}\n`)
    await waits()
  }
  const same = (line: SeenLine) => withoutChange(line, { port, home })
  const seen = (await screen.seen()).filter((line) => !isProgress(line))
  return turnsOf(commands, aligned(closed(seen.map(same))))
}

/** Stands there where work took longer than a second alone. */
function isProgress({ text }: SeenLine): boolean {
  return text.startsWith('✓ ')
}

/** What is typed below some headings, a command over several lines being one. */
function tourOf(...headings: readonly string[]): readonly string[] {
  return headings
    .flatMap((heading) => blocksOf('README.md', heading))
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.match(/^.*<<'END'\n[\s\S]*?^END$|^.+$/gm) ?? [])
    .map((command) => command.replace(/ +# .*$/, ''))
}

function turnsOf(commands: readonly string[], lines: readonly SeenLine[]): readonly SeenCommand[] {
  const starts = lines.flatMap(({ text }, at) => (/^\$( |$)/.test(text) ? [at] : []))
  return commands.map((command, at) => {
    const start = starts[at] ?? lines.length
    const answered = start + command.split('\n').length
    return { command, typed: lines.slice(start, answered).map(prompted), answer: lines.slice(answered, starts[at + 1]) }
  })
}

function prompted({ text, looks }: SeenLine): SeenLine {
  return { text, looks: ['prompt', ...looks.slice(1)] }
}

function withoutChange(line: SeenLine, { port, home }: { readonly port: string; readonly home: string }): SeenLine {
  const changes: readonly (readonly [RegExp, string])[] = [
    // First, as the digits of the port may stand in one.
    [/(?<=sha256:)[0-9a-f]{64}/g, '…'],
    [new RegExp(port, 'g'), USUAL_PORT],
    [new RegExp(RegExp.escape(home), 'g'), '/home/you'],
    [/ {2,}(?:\d+ min )?[\d.]+ m?s$/g, '  … ms'],
    [/\b(?:\d+ min )?[\d.]+ m?s\b/g, '… ms'],
    [/\b[\d.]+ (?=[KM]iB\b)/g, '… '],
  ]
  return changes.reduce((changed, [pattern, by]) => replaceSeen(changed, pattern, by), line)
}

/** Rows that come one by one leave room for every status; those that are known at once are as wide as what they say. */
function closed(lines: readonly SeenLine[]): readonly SeenLine[] {
  return lines.map((line, at) => {
    const head = lines.slice(0, at + 1).findLastIndex(({ text }) => /^status {2,}service /.test(text))
    const rest = lines.slice(head)
    const table = rest.slice(
      0,
      rest.findIndex(({ text }) => text === ''),
    )
    if (head < 0 || at - head >= table.length) return line
    const cells = Math.max(...table.map(({ text }) => /^\S+(?=\s{2})/.exec(text)?.[0].length ?? 0))
    return replaceSeen(line, /(?<=^\S+) {2,}/g, ' '.repeat(cells + 2 - (/^\S+/.exec(line.text)?.[0].length ?? 0)))
  })
}

/** The head of a column of times stands above it again. */
function aligned(lines: readonly SeenLine[]): readonly SeenLine[] {
  return lines.map((line, at) => {
    if (!/^status .* time$/.test(line.text)) return line
    const row = lines.slice(at).find(({ text }) => text.endsWith('  … ms'))
    const gap = (row?.text.length ?? 0) - '… ms'.length - line.text.replace(/ +time$/, '').length
    return replaceSeen(line, / +(?=time$)/g, ' '.repeat(Math.max(gap, 2)))
  })
}
