// Plugins of all kinds that say how they were started, installed from a registry of this process and ready to be linked.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { tarballOf } from '../builders/archive-builder.ts'
import type { ReleaseRecipe } from '../builders/test-authority.ts'
import { aRelease, issueKey } from '../builders/test-authority.ts'
import { lastingFolder } from '../machine/lasting-folder.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import { octoIn } from '../octo/in-process-octo.ts'
import { startStaticRegistry } from '../registry/static-registry.ts'

export const OCTO = fileURLToPath(new URL('../../../bin/octo.js', import.meta.url))
const PLATFORM = `linux_${process.arch === 'x64' ? 'amd64' : process.arch}`

/** Prints its environment, name and arguments, each with a NUL behind it, and ends with 7. */
const SAYS = Buffer.from('#!/bin/sh\ncat /proc/$$/environ\nprintf "%s\\0" "$0" "$@"\nexit 7\n')
const SAYS_BY_NODE = Buffer.from(
  'process.stdout.write([...Object.entries(process.env).map((pair) => pair.join("=")), ...process.argv].map((word) => word + "\\0").join(""))\nprocess.exitCode = 7\n',
)

export const aScriptPlugin: ReleaseRecipe = { plugin: 'script', platforms: { [PLATFORM]: SAYS } }
/** Says nothing. */
export const aQuietPlugin: ReleaseRecipe = {
  plugin: 'quiet',
  platforms: { [PLATFORM]: Buffer.from('#!/bin/sh\nexit 7\n') },
}
export const aNodePlugin: ReleaseRecipe = {
  plugin: 'by-node',
  platforms: { [PLATFORM]: { bytes: SAYS_BY_NODE, runtime: { name: 'node', version: '>=20' } } },
}
/** The shell of this machine as a program: `-c` runs what a test wants to know from inside. */
export const aNativePlugin: ReleaseRecipe = aNativePluginCalled('native')

export function aNativePluginCalled(argv0: string): ReleaseRecipe {
  const bytes = readFileSync(existsSync('/bin/dash') ? '/bin/dash' : '/bin/sh')
  return { plugin: 'native', platforms: { [PLATFORM]: { bytes, argv0 } } }
}

/** A script of the interpreter at this path. */
export function anInterpretedPlugin(interpreter: string): ReleaseRecipe {
  const bytes = Buffer.from(SAYS.toString().replace('/bin/sh', interpreter))
  return { plugin: 'interpreted', platforms: { [PLATFORM]: bytes } }
}

export function anArchivePlugin(files: number, plugin = 'archive'): ReleaseRecipe {
  const entries = Array.from({ length: files - 1 }, (_, at) => ({ path: `share/${at % 7}/${at}`, content: `${at}` }))
  const bytes = tarballOf([{ path: 'bin/says', content: SAYS, mode: 0o755 }, ...entries])
  const offer = { bytes, format: 'tar.gz' as const, executable: 'bin/says', file: `${plugin}.tar.gz` }
  return { plugin, platforms: { [PLATFORM]: offer } }
}

export type LinkScene = Awaited<ReturnType<typeof aLinkScene>>

/** `home` is where config, lockfile and store lie; its name may be any. */
export async function aLinkScene(t: TestContext, recipes: readonly ReleaseRecipe[], home = tempFolder(t)) {
  const key = issueKey()
  const releases = await Promise.all(recipes.map((recipe) => aRelease(key, recipe)))
  const registry = await startStaticRegistry(t, releases)
  const [bin, configPath, store] = [lastingFolder(t), join(home, 'octo.yaml'), join(home, 'store')]
  const repos = `{core: {url: "${registry.url()}", keys: [${publicKeyLine(key.trustKey)}]}}`
  const configText = `operator:\n  repos: ${repos}\n  services: {}\n`
  writeFileSync(configPath, configText)
  const env = { OCTO_HOME: store, HOME: home }
  const octo = (...words: string[]) => octoIn({ cwd: home, env }, words)
  return {
    ...{ key, registry, home, bin, configPath, configText, lockPath: join(home, 'octo.lock'), store, env, octo },
    shim: (plugin: string) => join(bin, plugin),
    textOf: (plugin: string) => readFileSync(join(bin, plugin), 'utf8'),
    /** Shims that call this script in place of octo. */
    octoStartedBy: (script: string, ...words: string[]) => octoIn({ cwd: home, env, script }, words),
  }
}

/** A script in place of octo, in a folder as a release has it: says that a shim came to it. */
export function aStandIn(folder: string): string {
  const path = join(folder, 'bin/stand-in.cjs')
  for (const name of ['bin', 'dist']) mkdirSync(join(folder, name), { recursive: true })
  for (const name of ['package.json', 'dist/octo.cjs']) writeFileSync(join(folder, name), '{}\n')
  writeFileSync(
    path,
    'process.stdout.write(["octo was called", ...process.argv.slice(2)].map((word) => word + "\\0").join(""))\nprocess.exitCode = 99\n',
  )
  return path
}

type Said = {
  readonly env: Readonly<Record<string, string>>
  readonly words: readonly string[]
  readonly code: number | null
}

/** Starts one of the plugins above by whatever command, and reads what it says; the registry goes on serving. */
export async function saidBy(
  [file = '', ...args]: readonly string[],
  { env = {}, cwd = '/' }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string },
): Promise<Said> {
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'ignore'] })
  const [bytes, [code]] = await Promise.all([buffer(child.stdout), once(child, 'close')])
  const all = bytes.toString('latin1').split('\0').slice(0, -1)
  const first = all.findIndex((word) => !/^[A-Za-z_][A-Za-z_0-9]*=/.test(word))
  const pairs = all.slice(0, first < 0 ? all.length : first).map((pair) => pair.split(/=(.*)/s).slice(0, 2))
  return { env: Object.fromEntries(pairs), words: first < 0 ? [] : all.slice(first), code }
}
