// A machine with plugins that ran before, and the two ways in which `octo run` starts one of them: octo becomes the plugin,
// or starts it and waits.
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { readWarmRun } from '../../../client/index.ts'
import type { Runtime } from '../../../schemas/manifest.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { aConfig } from '../builders/a-config.ts'
import type { ReleaseRecipe } from '../builders/test-authority.ts'
import { aMachine, key } from '../client/client-machine.ts'
import { FROM_SOURCES } from '../machine/from-sources.ts'
import { until } from '../machine/until.ts'
import { bundleWarm } from './warm-bundle.ts'

/** Native programs are taken from this machine, so their platform is its. */
const HOST = `linux_${process.arch === 'arm64' ? 'arm64' : 'amd64'}` as Platform

export type Way = 'becomes' | 'starts'
export const WAYS: readonly Way[] = ['becomes', 'starts']

export type Start = {
  readonly env?: Readonly<Record<string, string>>
  readonly stdio?: StdioOptions
  readonly input?: string
  /** A program and its words that start octo in the place of the test itself. */
  readonly behind?: readonly string[]
  readonly node?: readonly string[]
}

export type WarmMachine = Awaited<ReturnType<typeof aWarmMachine>>

export type WarmProgram = Pick<ReleaseRecipe, 'manifest'> & { readonly bytes: Buffer; readonly runtime?: Runtime }

/** `programs`: the bytes of each plugin's only file, and what its release says of it. */
export async function aWarmMachine(t: TestContext, programs: Readonly<Record<string, Buffer | WarmProgram>>) {
  const recipes = Object.entries(programs).map(([plugin, given]): ReleaseRecipe => {
    const { bytes, runtime, manifest = {} } = Buffer.isBuffer(given) ? ({ bytes: given } as WarmProgram) : given
    const artifact = { bytes, file: plugin, executable: plugin, ...(runtime ? { runtime } : {}) }
    return { plugin, manifest, platforms: { [runtime ? 'any' : HOST]: artifact } }
  })
  const machine = await aMachine(t, recipes)
  const { base, folder } = machine
  const configPath = join(folder, 'octo.yaml')
  writeFileSync(configPath, 'operator: {}\n')
  const config = {
    ...aConfig(
      base.config.repos.map(({ url }) => ({ url, trust: key })),
      Object.keys(programs),
    ),
    ...{ files: [configPath], inputs: new Map([[configPath, readFileSync(configPath, 'utf8')]]) },
  }
  await machine.withClient({ config, platform: HOST }, async (client) => {
    const { executables } = await client.install()
    for (const executable of executables) {
      const request = executable.plugin
      client.recordWarmRun({ configPath, request }, executable)
      await until(() => client.locate(executable) && readWarmRun({ ...base, configPath, request }) !== undefined)
    }
  })
  const { file } = await bundleWarm(folder)
  // What a release has beside it; without octo.ts, nothing is compared with sources.
  cpSync(join(import.meta.dirname, '../../../bin'), join(folder, 'bin'), { recursive: true })
  const temporary = join(folder, 'tmp')
  mkdirSync(temporary)
  const env = { PATH: process.env.PATH ?? '', HOME: folder, OCTO_HOME: base.storeRoot, TMPDIR: temporary }

  const fixture = (name: string) => join(import.meta.dirname, '../../fixtures', name)
  const wordsOf: Readonly<Record<Way | 'launches', readonly string[]>> = {
    becomes: [fixture('start-warm.cjs'), file],
    starts: [...FROM_SOURCES, fixture('start-full.ts')],
    launches: [join(folder, 'bin/octo.js')],
  }

  function start(way: keyof typeof wordsOf, words: readonly string[], options: Start = {}): ChildProcess {
    const { behind = [], node = [] } = options
    const [program = '', ...rest] = [...behind, process.execPath, ...node, ...wordsOf[way], 'run', ...words]
    const child = spawn(program, rest, {
      cwd: folder,
      env: { ...env, ...options.env },
      stdio: options.stdio ?? 'pipe',
    })
    child.stdin?.on('error', () => undefined).end(options.input ?? '')
    return child
  }

  async function run(way: keyof typeof wordsOf, words: readonly string[], options: Start = {}) {
    const child = start(way, words, options)
    const [stdout, stderr, [exitCode, signal]] = await Promise.all([
      child.stdout ? text(child.stdout) : '',
      child.stderr ? text(child.stderr) : '',
      once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
    ])
    return { pid: child.pid, stdout, stderr, exitCode, signal }
  }

  /** Of many runs that are left alone one process can ask; one that is not ends it. */
  let asking: { child: ChildProcess; answers: AsyncIterator<string> } | undefined
  t.after(() => asking?.child.kill('SIGKILL'))

  /** What the file of the warm path says of a run, and whatever else is printed: `left` where it leaves it to the full path. */
  async function ask(words: readonly string[]): Promise<string | undefined> {
    const both = ['-c', 'exec "$@" 2>&1', 'sh', process.execPath, fixture('ask-warm.cjs'), file]
    const { child, answers } = asking ?? withAnswers(spawn('/bin/sh', both, { cwd: folder, env, stdio: 'pipe' }))
    asking = { child, answers }
    child.stdin?.write(`${JSON.stringify(['run', ...words])}\n`)
    const { value } = await answers.next()
    if (value !== 'left') asking = undefined
    return value
  }

  const isWarm = (request: string) => readWarmRun({ ...base, configPath, request }) !== undefined

  return { ...machine, configPath, temporary, env, start, run, ask, isWarm }
}

function withAnswers(child: ChildProcess) {
  child.stdin?.on('error', () => undefined)
  if (!child.stdout) throw new Error('nothing is heard of it')
  return { child, answers: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
}
