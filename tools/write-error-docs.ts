// Writes docs/ERRORS.md from the error table; with --check it only says whether the page is stale.
import { readFile, writeFile } from 'node:fs/promises'
import { ERROR_CODES } from '../schemas/error-codes.ts'
import { EXIT_CODES } from './exit-codes.ts'

const PAGE = new URL('../docs/ERRORS.md', import.meta.url)

/** The page: one row per code, with its exit code and HTTP status, and one per exit code. */
function renderErrorDocs(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, { exit, status, meaning }]) => `| \`${code}\` | ${exit} | ${status} | ${meaning} |`,
  )
  return `# Errors

Generated from \`schemas/error-codes.ts\`. Codes are stable: scripts may depend on them. A command exits with the code in
the second column and prints the error on standard error (one JSON object with \`--json\`); the registry answers with the
status in the third and the same code in an \`application/problem+json\` body.

| code | exit | HTTP | meaning |
| --- | --- | --- | --- |
${rows.join('\n')}

## Exit codes

\`octo run\` ends with the exit code of the plugin once it has started; all other commands with one of these.

| exit | meaning |
| --- | --- |
${Object.entries(EXIT_CODES)
  .map(([exit, meaning]) => `| ${exit} | ${meaning} |`)
  .join('\n')}
`
}

export async function errorDocsAreStale(): Promise<boolean> {
  return (await readFile(PAGE, 'utf8').catch(() => '')) !== renderErrorDocs()
}

if (import.meta.main) {
  if (!process.argv.includes('--check')) await writeFile(PAGE, renderErrorDocs())
  if (await errorDocsAreStale()) {
    process.stderr.write('stale: docs/ERRORS.md\n  do this instead: node_modules/.bin/node tools/write-error-docs.ts\n')
    process.exitCode = 1
  }
}
