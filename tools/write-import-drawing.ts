// Writes the drawing of the imports in docs/ARCHITECTURE.md; with --check it only says whether it is stale, or whether rooms
// import each other.
import { fileURLToPath } from 'node:url'
import { drawImports } from './import-drawing.ts'
import { sourceFiles } from './source-files.ts'
import { writePart } from './written-page.ts'

/** What octo is made of; tests, tools and measurements import everything and say nothing about the house. */
const NOT_THE_HOUSE = ['test/', 'tools/', 'bench/', 'fuzz/', 'bin/', 'examples/']
/** Parts that are drawn from inside, too. */
const PARTS = [
  'client',
  'registry',
  'publisher',
  'operator',
  'operator/services',
  'operator/ocm',
  'config',
  'system',
  'credentials',
  'oci',
  'schemas',
  'sdk',
  'trust',
  'static-tree',
  'terminal',
]

const drawn = drawings()
writePart(
  {
    path: 'docs/ARCHITECTURE.md',
    tool: 'tools/write-import-drawing.ts',
    begin: '<!-- imports: written by tools/write-import-drawing.ts -->',
    end: '<!-- end of imports -->',
  },
  drawn,
)
for (const [circle] of drawn.matchAll(/\S+(?: ⇄ \S+)+/g)) {
  process.stderr.write(
    `${circle}\n  do this instead: give the rooms an order; what both need moves to a room below, often the types\n`,
  )
  process.exitCode = 1
}

function drawings(): string {
  const files = sourceFiles(fileURLToPath(new URL('..', import.meta.url))).filter(({ path }) => path.endsWith('.ts'))
  const house = drawImports(files, '', (room) => !NOT_THE_HOUSE.includes(room))
  return [fenced('octo', house), ...PARTS.map((part) => fenced(`${part}/`, drawImports(files, part)))].join('\n\n')
}

function fenced(title: string, drawing: string): string {
  return `\`\`\`\n${title}\n${drawing}\n\`\`\``
}
