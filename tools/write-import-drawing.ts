// Writes the drawing of the imports in docs/ARCHITECTURE.md; with --check it only says whether it is stale, or whether rooms
// import each other.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { drawImports } from './import-drawing.ts'
import { sourceFiles } from './source-files.ts'

const PAGE = new URL('../docs/ARCHITECTURE.md', import.meta.url)
const [BEGIN, END] = ['<!-- imports: written by tools/write-import-drawing.ts -->', '<!-- end of imports -->']
/** What octo is made of; tests, tools and measurements import everything and say nothing about the house. */
const NOT_THE_HOUSE = ['test/', 'tools/', 'bench/', 'fuzz/', 'bin/', 'examples/']
/** Parts that are drawn from inside, too. */
const PARTS = ['client', 'registry', 'publisher', 'operator', 'config']

const page = await readFile(PAGE, 'utf8')
const wanted = withDrawing(page)
if (!process.argv.includes('--check')) await writeFile(PAGE, wanted)
else if (page !== wanted || !page.includes(BEGIN)) {
  process.stderr.write(
    'stale: docs/ARCHITECTURE.md\n  do this instead: node_modules/.bin/node tools/write-import-drawing.ts\n',
  )
  process.exitCode = 1
}
for (const [circle] of wanted.matchAll(/\S+(?: ⇄ \S+)+/g)) {
  process.stderr.write(
    `${circle}\n  do this instead: give the rooms an order; what both need moves to a room below, often the types\n`,
  )
  process.exitCode = 1
}

function withDrawing(page: string): string {
  const [before, rest = ''] = page.split(BEGIN)
  const [, after] = rest.split(END)
  if (after === undefined) return page
  return `${before}${BEGIN}\n\n${drawings()}\n\n${END}${after}`
}

function drawings(): string {
  const files = sourceFiles(fileURLToPath(new URL('..', import.meta.url))).filter(({ path }) => path.endsWith('.ts'))
  const house = drawImports(files, '', (room) => !NOT_THE_HOUSE.includes(room))
  return [fenced('octo', house), ...PARTS.map((part) => fenced(`${part}/`, drawImports(files, part)))].join('\n\n')
}

function fenced(title: string, drawing: string): string {
  return `\`\`\`\n${title}\n${drawing}\n\`\`\``
}
