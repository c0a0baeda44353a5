// What the real octoctl makes of documents whose text is a template: it fills them in as files of a repo, and then reads them
// as configs. Called by itself, with OCTOCTL_BIN, it writes the fixture.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compared } from '../octoctl-matrix/run-octoctl.ts'
import { DOCUMENTS, VALUES } from './cases.ts'

export const FIXTURE = new URL('../../../fixtures/octoctl-documents.json', import.meta.url)

/** The data of every document, by its name. */
export function askOctoctl(octoctl: string): readonly (readonly [name: string, data: unknown])[] {
  return Object.entries(DOCUMENTS).map(([name, text]) => [name, dataOf(octoctl, text)])
}

function dataOf(octoctl: string, text: string): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'octo-documents-'))
  const show = (config: string): Record<string, unknown> => {
    const env = { PATH: process.env.PATH ?? '', HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') }
    const words = ['-c', config, 'config', 'show', '-f', 'json']
    return JSON.parse(execFileSync(octoctl, words, { cwd: folder, env, encoding: 'utf8' }))
  }
  try {
    writeFileSync(join(folder, 'doc.yaml'), text)
    writeFileSync(join(folder, 'repo.yaml'), 'files: {doc: {url: ./doc.yaml, template: true}}\n')
    writeFileSync(join(folder, 'a.yaml'), `${VALUES}repos: {include: [{url: ./repo.yaml}]}\n`)
    const { repos } = show('a.yaml') as { repos: { files: { doc: { path: string } } } }
    writeFileSync(join(folder, 'made.yaml'), readFileSync(repos.files.doc.path))
    writeFileSync(join(folder, 'b.yaml'), 'name: shop\noctoctl: {operator: docker}\ninclude: [{url: ./made.yaml}]\n')
    return compared(show('b.yaml'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (import.meta.main) {
  const rows = askOctoctl(process.env.OCTOCTL_BIN ?? '').map((row) => JSON.stringify(row))
  writeFileSync(FIXTURE, `[\n${rows.join(',\n')}\n]\n`)
}
