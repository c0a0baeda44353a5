// The real registry as a child process, started through bin/octo.js as people start it, so that it can be killed.
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { SigningKey } from '../builders/test-authority.ts'
import { typeOcto } from '../octo/in-process-octo.ts'
import { BUNDLE, WORDS_OF_NODE } from '../octo/run-octo.ts'

const OCTO = fileURLToPath(new URL('../../../bin/octo.js', import.meta.url))

export type RegistryEnd = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

export type RegistryChild = {
  readonly url: string
  readonly pid: number
  readonly ended: Promise<RegistryEnd>
  /** Its log so far; later starts with the same data append to it. */
  log(): string
  /** SIGKILL, and gone when it resolves. */
  kill(): Promise<void>
  /** SIGTERM; gives how it ended. */
  stop(): Promise<RegistryEnd>
}

export type ChildOptions = {
  readonly dataDir: string
  readonly env?: Readonly<Record<string, string>>
  readonly logLevel?: string
  /** How many files and connections it may have open at once. */
  readonly openFiles?: number
}

/** Makes the data directory with the repo `core` and gives a token for everything. */
export async function prepareRegistryData(dataDir: string, { trustKey }: SigningKey): Promise<{ token: string }> {
  mkdirSync(dirname(dataDir), { recursive: true })
  const keyFile = `${dataDir}.pub`
  writeFileSync(keyFile, trustKey.pem)
  await wellDone(['registry', 'repo', 'create', 'core', '--key', keyFile, '--data', dataDir])
  const words = ['registry', 'token', 'create', '--name', 'test', '--scope', '*/*:admin', '--data', dataDir, '--json']
  return JSON.parse(await wellDone(words)) as { token: string }
}

/** Throws what the registry logged when it ends before it listens. */
export async function startRegistryChild(t: TestContext, options: ChildOptions): Promise<RegistryChild> {
  const { child, logFile, ended } = launch(t, options)
  const said = await Promise.race([listening(child), ended])
  if (typeof said !== 'string') throw new Error(`the registry ended with ${JSON.stringify(said)}: ${tail(logFile)}`)
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  return {
    url: said,
    pid: child.pid as number,
    ended,
    log: () => readFileSync(logFile, 'utf8'),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  }
}

/** Starts a registry and kills it after `ms`, perhaps before it listens. */
export async function startAndKill(t: TestContext, options: ChildOptions, ms: number): Promise<void> {
  const { child, ended } = launch(t, options)
  setTimeout(() => child.kill('SIGKILL'), ms)
  await ended
}

function launch(t: TestContext, { dataDir, env = {}, logLevel = 'warn', openFiles }: ChildOptions) {
  const logFile = `${dataDir}.log`
  const log = openSync(logFile, 'a')
  // The address in documents stays the same over restarts, as behind a name of one's own.
  const words = ['registry', 'serve', '--data', dataDir, '--port', '0', '--url', 'http://registry.test']
  const { PATH = '' } = process.env
  const all = [process.execPath, ...WORDS_OF_NODE, OCTO, ...words, '--log-level', logLevel]
  const limited = ['sh', '-c', 'ulimit -n "$1"; shift; exec "$@"', 'sh', String(openFiles), ...all]
  const [command = '', ...rest] = openFiles === undefined ? all : limited
  const child = spawn(command, rest, {
    env: { PATH, HOME: join(dataDir, '..'), ...BUNDLE, ...env },
    stdio: ['ignore', 'pipe', log],
  })
  closeSync(log)
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as RegistryEnd)
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, logFile, ended }
}

function listening({ stdout }: ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  if (stdout)
    createInterface({ input: stdout }).on('line', (line) => {
      const url = /^listening on (\S+)$/.exec(line)?.[1]
      if (url) resolve(url)
    })
  return promise
}

async function wellDone(words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await typeOcto(words)
  assert.equal(code, 0, stderr)
  return stdout
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').slice(-2000)
}
