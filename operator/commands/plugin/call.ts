// `octo plugin call`: asks one endpoint of a service plugin, and shows its answer.
import { resolve } from 'node:path'
import { MAX_CREDENTIALS_BYTES } from '../../../schemas/contract/ocm/credentials.ts'
import type { Typed } from '../../../schemas/contract/ocm/type-name.ts'
import { typedShape } from '../../../schemas/contract/ocm/type-name.ts'
import { parseDuration } from '../../../schemas/duration.ts'
import { coded, messageOf } from '../../../schemas/errors.ts'
import { parseJson } from '../../../schemas/json.ts'
import { printableJson, quote, shellWord } from '../../../schemas/quote.ts'
import { parseShape } from '../../../schemas/shape.ts'
import { readGivenFile } from '../../../system/files/given-file.ts'
import { exposureOf } from '../../../system/files/private-file.ts'
import { interruptible } from '../../../system/process/interruptible.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { openPluginHost } from '../../ocm/host.ts'
import type { PluginLine } from '../../ocm/instance/lines.ts'
import type { HostPlugin } from '../../ocm/plugin.ts'
import { sharing } from '../../ocm/shared/open.ts'
import { blobFolder, blobOf, receiverOf, withoutPlace } from './call-bytes.ts'
import { logLine } from './log-line.ts'
import type { FoundPlugins, PluginOptions } from './open-plugins.ts'
import { findPlugins, pluginCalled, usablePlugins } from './open-plugins.ts'
import { readOcmConfigs } from './read-ocm-configs.ts'
import { startKeeper } from './start-keeper.ts'

export type CallOptions = PluginOptions & {
  readonly plugin?: string
  readonly type?: string
  readonly credentials?: string
  readonly ocmConfig?: readonly string[]
  readonly blob?: string
  readonly save?: string
  readonly timeout?: string
  readonly keep?: string
}

const MAX_REQUEST_BYTES = 16 * 1024 * 1024
const MIN_TIME_MS = 10

export async function callPluginCommand(
  [endpoint = '', words = '{}']: readonly string[],
  options: CallOptions,
  terminal: Terminal,
): Promise<number> {
  const cwd = process.cwd()
  const blob = blobOf(options.blob, words, cwd)
  const request = parseJson(await textOf(words), 'request', MAX_REQUEST_BYTES)
  const credentials = options.credentials === undefined ? undefined : readCredentials(resolve(cwd, options.credentials))
  const timeoutMs = options.timeout === undefined ? undefined : durationOf('--timeout', options.timeout)
  const keptMs = options.keep === undefined ? undefined : durationOf('--keep', options.keep)
  using interruption = interruptible()
  const { signal } = interruption
  const receive = receiverOf(options.save, signal)
  const { plugin, type } = options
  const question = { endpoint, request, plugin, type }
  const found = await findPlugins(options, { terminal, cwd, env: process.env, signal }, plugin)
  const plugins =
    plugin === undefined
      ? usablePlugins(found.plugins, question)
      : [pluginCalled(plugin, found).plugin, ...credentialGivers(found, plugin)]
  const named = { byConfig: found.ocmConfigs, typed: options.ocmConfig ?? [] }
  const configurations = readOcmConfigs(named, { cwd, env: process.env })
  const answer = await ask()
  if (keptMs !== undefined) await startKeeper(process.env).catch((error) => terminal.warn(unkept(error)))
  if (receive) terminal.info(printableJson(withoutPlace(answer)))
  else if (answer !== undefined) terminal.print(printableJson(answer))
  return 0

  /** The plugin may be running already, for somebody else, and then runs on; else it has ended when its answer is shown. */
  async function ask(): Promise<unknown> {
    await using host = openPluginHost({
      credentialRepositories: found.credentialRepositories,
      plugins,
      cwd,
      env: process.env,
      log: (line: PluginLine) => terminal.debug(logLine(line)),
      configurations,
      blobs: () => blobFolder(options.save, cwd),
      start: sharing(keptMs !== undefined),
      idleTimeoutMs: keptMs,
    })
    return await host.call({
      ...question,
      credentials,
      blob,
      receive,
      signal,
      timeoutMs,
    })
  }
}

/** Others than the plugin that is asked; none where nobody is to be asked. */
function credentialGivers({ plugins, credentialRepositories }: FoundPlugins, asked: string): readonly HostPlugin[] {
  if (credentialRepositories.length === 0) return []
  return plugins.flatMap((one) => (one.state === 'usable' && one.name !== asked ? [one.plugin] : []))
}

function unkept(error: unknown): string {
  const why = messageOf(error)
  return `nobody keeps what it prints within bounds while it stays, but the next \`octo plugin\`: ${why}`
}

/** As it is typed; of a file after `@`; of standard input for `-`. */
async function textOf(words: string): Promise<string> {
  if (words === '-') return await standardInput()
  return words.startsWith('@') ? readText(words.slice(1), MAX_REQUEST_BYTES) : words
}

async function standardInput(): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of process.stdin as AsyncIterable<Buffer>) {
    pieces.push(piece)
    size += piece.length
    if (size > MAX_REQUEST_BYTES) break
  }
  return Buffer.concat(pieces).toString('utf8')
}

/** A secret is never a word of a command line: everybody can read those. */
function readCredentials(path: string): Typed {
  const text = readText(path, MAX_CREDENTIALS_BYTES)
  const exposure = exposureOf(path)
  if (exposure)
    throw coded('TOKEN_UNREADABLE', {
      message: `other users can read the credentials in ${quote(path)}, expected mode 0600, found ${exposure.mode}`,
      details: { path, expected: '0600', found: exposure.mode },
      hint: `change them if others may have read them, then: \`chmod 600 ${shellWord(path)}\``,
    })
  const found = parseJson(text, path, MAX_CREDENTIALS_BYTES)
  return parseShape(typedShape, found, { name: path })
}

function readText(path: string, maxBytes: number): string {
  const hint = '`octo plugin call --help` shows which files it reads'
  return readGivenFile(path, { what: 'file', maxBytes, hint }).toString()
}

function durationOf(option: string, text: string): number {
  const milliseconds = parseDuration(text)
  if (milliseconds !== undefined && milliseconds >= MIN_TIME_MS) return milliseconds
  throw coded('USAGE', { message: `${quote(option)} is ${quote(text)}, expected a time such as \`30s\`` })
}
