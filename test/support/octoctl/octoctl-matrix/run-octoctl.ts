// What the real octoctl makes of the cases, by its `config show -f json`. Called by itself, with OCTOCTL_BIN, it writes the fixture.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MatrixCase } from './cases.ts'
import { CASES } from './cases.ts'

export type Outcome = { readonly data: unknown } | { readonly refused: true }

export const FIXTURE = new URL('../../../fixtures/octoctl-matrix.json', import.meta.url)

/** What octoctl takes out, or puts in: its own operators, and what every case says alike. */
const NOT_COMPARED = new Set(['name', 'octoctl', 'repos', 'include', 'globals'])

export function compared(data: unknown): unknown {
  return Object.fromEntries(Object.entries(data as object).filter(([key]) => !NOT_COMPARED.has(key)))
}

/** One outcome for each case, in their order. */
export async function askOctoctl(octoctl: string): Promise<readonly Outcome[]> {
  const served = new Map<string, string>()
  const server = createServer(({ url = '' }, response) => {
    const text = served.get(url)
    response.writeHead(text === undefined ? 404 : 200).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const outcomes: Outcome[] = []
    for (const one of CASES) outcomes.push(await run(octoctl, one, { base, served }))
    return outcomes
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

type Web = { readonly base: string; readonly served: Map<string, string> }

async function run(
  octoctl: string,
  { files, named = ['a.yaml'] }: MatrixCase,
  { base, served }: Web,
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'octo-matrix-'))
  served.clear()
  for (const [name, text] of Object.entries(files)) {
    const filled = text.replaceAll('BASE', base)
    if (name.startsWith('web/')) served.set(name.slice(3), filled)
    else await writeFile(join(folder, name), filled)
  }
  try {
    const words = [...named.flatMap((name) => ['-c', name]), 'config', 'show', '-f', 'json']
    const env = { PATH: process.env.PATH ?? '', HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') }
    const stdout = await new Promise<string | undefined>((resolve) =>
      execFile(octoctl, words, { cwd: folder, env }, (error, out) => resolve(error ? undefined : out)),
    )
    return stdout === undefined ? { refused: true } : { data: compared(JSON.parse(stdout)) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  const octoctl = process.env.OCTOCTL_BIN ?? ''
  const outcomes = await askOctoctl(octoctl)
  const rows = outcomes.map((outcome, index) => JSON.stringify([CASES[index]?.what, outcome]))
  await writeFile(FIXTURE, `[\n${rows.join(',\n')}\n]\n`)
}
