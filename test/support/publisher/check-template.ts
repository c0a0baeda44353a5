// A check as `octo init` writes it, from its template to the program that an operator runs.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { x as extract } from 'tar'
import type { YAMLMap } from 'yaml'
import { parseDocument } from 'yaml'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { PYTHON } from '../machine/python.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import { typeOcto } from '../octo/in-process-octo.ts'
import { runOcto } from '../octo/run-octo.ts'
import type { TestRegistry } from '../registry/test-registry.ts'
import { startTestRegistry } from '../registry/test-registry.ts'
import { writeKeyFiles } from './publish-project.ts'

const PROGRAMS: Readonly<Record<string, string>> = { node: process.execPath, python3: PYTHON }

/** A toolchain manager answers without a toolchain, too: the program must work in the environment that the build gets. */
export function worksForBuilds(program: string, words: readonly string[]): boolean {
  return spawnSync(program, words, { env: { PATH: process.env.PATH, ...toolchain('/nonexistent') } }).status === 0
}

type CheckTemplate = {
  readonly name: string
  /** The command of the tests that its project brings. */
  readonly test: readonly [string, ...string[]]
  /** It is published for this platform alone, as its compiler is asked for each anew. */
  readonly only?: string
  /** `octo test` goes with it all the way of a plugin, which is the same for every template and takes long; `octo check` runs it in any case. */
  readonly isTested?: boolean
  /** It runs once for each state; its own test has an empty file and no path. */
  readonly isBrief?: boolean
}

/** It passes its own test and octo's, is published and runs. */
export async function goesFromTemplateToRun(t: TestContext, template: CheckTemplate): Promise<void> {
  const { name, test: ownTest, only, isTested = true, isBrief = false } = template
  const folder = tempFolder(t)
  const dir = join(folder, 'check-file')
  assert.equal((await typeOcto(['init', dir, '--template', name, '--repo', 'core'])).code, 0)
  if (only !== undefined) await keepPlatform(join(dir, 'plugin.yaml'), only)
  // It is a run of its own, and no part of the one that this test belongs to.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const own = spawnSync(ownTest[0], ownTest.slice(1), { cwd: dir, env, encoding: 'utf8' })
  assert.equal(own.status, 0, own.stdout + own.stderr)
  if (isTested) requireSaid(await runOcto(['test', dir, '--', '--path=/etc/hosts'], { env: toolchain(dir) }))
  const registry = await startTestRegistry(t)
  const place = { env: { ...toolchain(dir), OCTO_TOKEN: registry.token } }
  const { privateKey } = writeKeyFiles(folder, registry.key)
  const words = ['publish', dir, '--registry', registry.url, '--key', privateKey, '--json']
  const published = await typeOcto(words, place)
  assert.equal(published.code, 0, published.stderr)
  if (!isTested) requireSaid(await checked(folder, registry))
  const { platforms } = JSON.parse(readFileSync(join(dir, 'dist/release.json'), 'utf8'))
  const run = await programOf(platforms[only ?? 'any'], dir)
  const rows = [
    [['--path=/etc/hosts'], 0, 'ok'],
    [['--path=/no/such/file'], 2, 'critical'],
    [['--pth=1'], 3, 'unknown'],
    ...(isBrief
      ? []
      : ([
          [[`--path=${join(dir, 'empty')}`], 2, 'critical'],
          [[], 3, 'unknown'],
          [['--path=/etc/hosts', 'more'], 3, 'unknown'],
        ] as const)),
  ] as const
  for (const [argv, code, status] of rows)
    assert.deepEqual(run(argv), { code, status, lines: 1, said: '' }, `${name} ${argv.join(' ')}`)
}

type Said = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

function requireSaid({ code, stdout, stderr }: Said): void {
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^ok +check-file +health +check-file@0\.1\.0 .*\/etc\/hosts has \d+ bytes$/m)
}

/** As its users have it: resolved, proven and installed from where it was published. */
async function checked(folder: string, { url, key }: TestRegistry): Promise<Said> {
  const config = join(folder, 'octo.yaml')
  const core = { url: `${url}/repos/core.yaml`, keys: [publicKeyLine(key.trustKey)] }
  const service = { noTemplate: true, health: [{ tool: 'check-file', args: ['--path=/etc/hosts'] }] }
  await writeFile(config, JSON.stringify({ operator: { repos: { core } }, services: { 'check-file': service } }))
  const words = ['check', '--config', config, '--phase', 'health', '--verbose']
  return typeOcto(words, { cwd: folder, env: { ...toolchain(folder), OCTO_HOME: join(folder, 'store') } })
}

/** Of a plugin.yaml that names several. */
async function keepPlatform(path: string, platform: string): Promise<void> {
  const document = parseDocument(await readFile(path, 'utf8'))
  const keys = (document.get('platforms') as YAMLMap).items.map(({ key }) => String(key))
  for (const key of keys) if (key !== platform) document.deleteIn(['platforms', key])
  await writeFile(path, document.toString())
}

type Artifact = {
  readonly file: string
  readonly format: string
  readonly executable: string
  readonly runtime?: { readonly name: string }
}

/** Runs the artifact as an operator would: unpacked, by its runtime, its last line read. */
async function programOf(artifact: Artifact, dir: string) {
  await writeFile(join(dir, 'empty'), '')
  const command = await commandOf(artifact, dir)
  return (words: readonly string[]) => {
    const [program = '', ...args] = [...command, ...words]
    const { status: code, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
    const lines = stdout.trimEnd().split('\n')
    return { code, status: statusOf(lines.at(-1) ?? ''), lines: lines.length, said: stderr }
  }
}

/** The words that start it, unpacked. */
export async function commandOf(
  { file, format, executable, runtime }: Artifact,
  dir: string,
): Promise<readonly string[]> {
  const unpacked = join(dir, 'unpacked')
  await mkdir(unpacked)
  if (format === 'tar.gz') await extract({ file: join(dir, 'dist', file), cwd: unpacked })
  const path = format === 'tar.gz' ? join(unpacked, executable) : join(dir, 'dist', file)
  return runtime ? [PROGRAMS[runtime.name] ?? runtime.name, path] : [path]
}

/** Of a JSON line, or of text as Nagios plugins write it. */
function statusOf(line: string): string {
  if (line.startsWith('{')) return JSON.parse(line).status
  return /^([A-Z]+) - \S/.exec(line)?.[1]?.toLowerCase() ?? line
}

function toolchain(home: string): Record<string, string> {
  return { HOME: process.env.HOME ?? home, ...pick(process.env, ['CARGO_HOME', 'RUSTUP_HOME', 'GOCACHE']) }
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])))
}
