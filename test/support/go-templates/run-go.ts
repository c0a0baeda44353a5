// Go's own answers: to the templates of the fixture, by the program that GO_BIN names. Called by itself it writes the fixture.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DATA, dataAsJson, ROWS, seededTemplates } from './vectors.ts'

export type GoOutcome = { readonly output?: string; readonly error?: string }

export const FIXTURE = new URL('../../fixtures/go-templates.json', import.meta.url)

/** Needs no network: the program uses the standard library only. */
export function askGo(go: string): readonly GoOutcome[] {
  const folder = mkdtempSync(join(tmpdir(), 'octo-go-'))
  try {
    const { stdout, stderr, status } = spawnSync(go, ['run', fileURLToPath(new URL('main.go', import.meta.url))], {
      input: `{"data":${dataAsJson(DATA)},"templates":${JSON.stringify([...ROWS, ...seededTemplates()])}}`,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, HOME: folder, GOCACHE: join(folder, 'cache'), GOFLAGS: '', GOTOOLCHAIN: 'local' },
    })
    if (status !== 0) throw new Error(`go run: ${stderr}`)
    return JSON.parse(stdout)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  const templates = [...ROWS, ...seededTemplates()]
  const outcomes = askGo(process.env.GO_BIN ?? 'go').map(({ output, error }, index) => [
    templates[index],
    output === undefined ? { error } : { output },
  ])
  writeFileSync(FIXTURE, `[\n${outcomes.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`)
}
