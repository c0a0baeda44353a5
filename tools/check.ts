// `npm run check`: everything that can be said about the source without running it. One line per check, what to do
// instead under each finding, and one last line of sums.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Paint } from '../terminal/index.ts'
import { formatDuration, paintFor, processStreams, wantsColour } from '../terminal/index.ts'
import { checkImports } from './check-imports.ts'
import { checkPatterns } from './check-patterns.ts'
import { checkReach } from './check-reach.ts'
import { findDeadExports } from './dead-exports.ts'
import type { Finding } from './finding.ts'
import { renderFindings } from './finding.ts'
import { sourceFiles } from './source-files.ts'
import { findUnthrownCodes } from './thrown-codes.ts'

type Check = { readonly name: string; readonly instead: string; problems(): string }

const MAX_LINES = 80
const root = fileURLToPath(new URL('..', import.meta.url))
const { out, env } = processStreams()
const paint = paintFor(wantsColour({ env, stream: out }))

process.chdir(root)
const results = checks().map((check) => report(check, paint))
const failed = results.filter((passed) => !passed).length
out.write(`${results.length - failed} passed, ${failed} failed\n`)
process.exitCode = failed > 0 ? 1 : 0

function checks(): Check[] {
  const files = sourceFiles(root)
  const importFindings = checkImports(files, declaredPackages())
  const only = (rule: string) => renderFindings(importFindings.filter((finding: Finding) => finding.rule === rule))
  return [
    {
      name: 'format and lint',
      instead: 'run `npm run format`; what it leaves needs a person',
      problems: () =>
        run('node_modules/@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '--max-diagnostics=40']),
    },
    {
      name: 'types',
      instead: 'correct the types',
      problems: () => run('node_modules/typescript/bin/tsc', ['-p', '.']),
    },
    { name: 'imports', instead: 'tools/import-table.ts says who may import whom', problems: () => only('import') },
    {
      name: 'reach',
      instead: 'tools/reach-table.ts says who starts programs, connects and listens',
      problems: () => renderFindings(checkReach(files)),
    },
    { name: 'circles', instead: 'give the files an order', problems: () => only('circle') },
    {
      name: 'exports',
      instead: 'what nobody imports needs no `export`, or is not needed',
      problems: () => renderFindings(findDeadExports(files)),
    },
    {
      name: 'error codes',
      instead: 'a code that no error has is not in the table',
      problems: () => renderFindings(findUnthrownCodes(files)),
    },
    {
      name: 'patterns',
      instead: 'where a rule makes the code worse: `// allow(<rule>): <reason>`',
      problems: () => renderFindings(checkPatterns(files)),
    },
    fresh('JSON Schemas', 'tools/write-json-schemas.ts'),
    fresh('error page', 'tools/write-error-docs.ts'),
    fresh('table of config fields', 'tools/write-config-docs.ts'),
    fresh('table of commands', 'tools/write-command-table.ts'),
    fresh('table of imports', 'tools/write-import-table.ts'),
    fresh('drawing of the imports', 'tools/write-import-drawing.ts'),
    fresh('sdk in one file', 'tools/write-sdk-file.ts'),
    fresh('digest of install.sh', 'tools/write-installer-digest.ts'),
  ]
}

/** A file that a script writes must be what the script would write now. */
function fresh(what: string, script: string): Check {
  return {
    name: `${what} fresh`,
    instead: `run \`node_modules/.bin/node ${script}\` and commit what it writes`,
    problems: () => (existsSync(script) ? run(script, ['--check']) : `${script} is missing`),
  }
}

function report({ name, instead, problems }: Check, { green, red, dim, cyan }: Paint): boolean {
  const startedAt = performance.now()
  const found = problems().trim()
  const took = dim(formatDuration(performance.now() - startedAt))
  out.write(
    found === ''
      ? `${green('✓')} ${name}  ${took}\n`
      : `${red('✗')} ${name}  ${took}\n${cut(found)}\n  ${cyan('instead')}: ${instead}\n`,
  )
  return found === ''
}

/** Output of a failed program; empty when it ended well. */
function run(script: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return status === 0
    ? ''
    : [stdout, stderr, error?.message].filter(Boolean).join('\n') || `${script} ended with ${status}`
}

function cut(text: string): string {
  const lines = text.split('\n')
  const rest = lines.length - MAX_LINES
  return [...lines.slice(0, MAX_LINES), ...(rest > 0 ? [`… ${rest} more lines`] : [])]
    .map((line) => `  ${line}`)
    .join('\n')
}

function declaredPackages(): ReadonlySet<string> {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  return new Set(Object.keys({ ...dependencies, ...devDependencies }))
}
