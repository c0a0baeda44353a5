// `octo install`: everything that the config asks for, proven and in the store. What cannot be had does not keep the rest out;
// the exit code is that of the first of them.
import { isAbsolute, resolve } from 'node:path'
import type { CodedError } from '../../schemas/errors.ts'
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { printable } from '../../schemas/quote.ts'
import type { Settled } from '../../system/async/limit.ts'
import { inParallel, settled } from '../../system/async/limit.ts'
import type { Terminal } from '../../terminal/index.ts'
import { count, errorToJson, exitCodeOf, formatBytes } from '../../terminal/index.ts'
import type { Run } from '../../terminal/program.ts'
import type { Client, ClientOptions, FailedPlugin, InstallReport } from '../index.ts'
import { openClient } from '../index.ts'
import type { ClientFlags } from './client-session.ts'
import { openSession } from './client-session.ts'

export type InstallFlags = ClientFlags & { readonly to?: string; readonly shared?: boolean }

export async function installCommand({ options, terminal }: Run<InstallFlags>): Promise<number> {
  using session = await openSession(options, terminal)
  const clientOptions = options.shared ? sharedOptions(session.options) : session.options
  await using client = await openClient(clientOptions)
  const { executables, downloaded, failed, programs } = await client.install()
  const placed = options.to === undefined ? [] : await placeAll(client, executables, resolve(options.to))
  if (options.shared) await share(clientOptions.storeRoot, terminal)
  session[Symbol.dispose]()
  const bytes = downloaded.reduce((sum, { size }) => sum + size, 0)
  const fetched = `, ${downloaded.length} downloaded (${formatBytes(bytes)})`
  const brought = programs.flatMap(({ service, outcome }) =>
    outcome.state === 'done' ? [{ service, from: outcome.value.origin, digest: outcome.value.digest }] : [],
  )
  const lost = programs.flatMap(({ service, outcome }) =>
    outcome.state === 'failed' ? [{ service, error: outcome.error }] : [],
  )
  const missing = [
    ...failed.filter(({ isOptional }) => !isOptional).map(({ plugin, error }) => ({ name: plugin as string, error })),
    ...lost.map(({ service, error }) => ({ name: service, error })),
    ...placed.flatMap(({ plugin, outcome }) =>
      outcome.state === 'failed' ? [{ name: plugin as string, error: outcome.error }] : [],
    ),
  ]
  if (missing[0] && executables.length + brought.length === 0) throw missing[0].error
  if (!terminal.json) for (const plugin of failed) tell(plugin, terminal)
  if (!terminal.json) for (const { service, error } of lost) tellError(`service ${service}`, error, terminal)
  if (!terminal.json)
    for (const { plugin, outcome } of placed) if (outcome.state === 'failed') tellError(plugin, outcome.error, terminal)
  terminal.result({
    json: {
      lock: session.options.lockPath,
      plugins: executables.map(({ repo, plugin, version, platform, signer, digest, path }) => {
        return { repo, plugin, version, platform, signer, digest, path }
      }),
      downloaded,
      failed: failed.map(({ plugin, error, isOptional }) => ({ plugin, optional: isOptional, ...errorToJson(error) })),
      programs: [...brought, ...lost.map(({ service, error }) => ({ service, ...errorToJson(error) }))],
      ...(options.to === undefined ? {} : { placed: placed.map(placedToJson) }),
    },
    text: () =>
      [
        ...executables.map(({ repo, plugin, version, platform }) => `${repo}/${plugin} ${version} ${platform}`),
        ...brought.map(({ service, from, digest }) => printable(`${service} ${from} ${digest}`, 500)),
        `${verifiedText(executables.length, brought.length)} verified${executables.length === 0 && brought.length > 0 ? '' : fetched}`,
        ...placed.flatMap(({ outcome }) => (outcome.state === 'done' ? [printable(outcome.value, 500)] : [])),
        ...(missing.length > 0 ? [`not installed: ${missing.map(({ name }) => name).join(', ')}`] : []),
      ].join('\n'),
  })
  return missing[0] === undefined ? 0 : exitCodeOf(missing[0].error)
}

/** The store of all users in place of the own one. */
function sharedOptions(options: ClientOptions): ClientOptions {
  const { sharedRoot, ...own } = options
  if (sharedRoot !== undefined && isAbsolute(sharedRoot)) return { ...own, storeRoot: sharedRoot }
  throw coded('USAGE', {
    message: `\`--shared\` installs into the store that \`OCTO_SHARED_STORE\` names, and that ${sharedRoot === undefined ? 'is not set' : 'is no absolute path'}`,
    hint: '`OCTO_SHARED_STORE=/var/lib/octo-shared octo install --shared`, as root',
  })
}

async function share(root: string, terminal: Terminal): Promise<void> {
  const { layoutOf } = await import('../store/layout.ts')
  const { openToReaders } = await import('../store/open-to-readers.ts')
  const closed = openToReaders(layoutOf(root))
  if (closed === undefined) terminal.info(`all users of this machine may read ${printable(root, 500)}`)
  else terminal.warn(`other users cannot reach ${printable(root, 500)}: ${printable(closed, 500)} lets nobody pass`)
}

type Placed = { readonly plugin: Name; readonly outcome: Settled<string> }

/** One that cannot be placed does not keep the rest out. */
function placeAll(
  client: Client,
  executables: InstallReport['executables'],
  folder: string,
): Promise<readonly Placed[]> {
  return inParallel(executables, 1, async (executable) => ({
    plugin: executable.plugin,
    outcome: await settled(() => client.placeAlone(executable, folder)),
  }))
}

function placedToJson({ plugin, outcome }: Placed) {
  return outcome.state === 'done' ? { plugin, path: outcome.value } : { plugin, ...errorToJson(outcome.error) }
}

/** Programs of services are no plugins; where there are only such, nothing is said of plugins. */
function verifiedText(plugins: number, programs: number): string {
  const shown = [
    ...(plugins > 0 || programs === 0 ? [count(plugins, 'plugin')] : []),
    ...(programs > 0 ? [count(programs, 'program')] : []),
  ]
  return shown.join(' and ')
}

function tell({ plugin, error, isOptional }: FailedPlugin, terminal: Terminal): void {
  if (isOptional) terminal.info(`${plugin}: ${printable(error.message, 1000)}; the config calls it optional`)
  else tellError(plugin, error, terminal)
}

function tellError(name: string, { message, hint }: CodedError, terminal: Terminal): void {
  const said = `${name}: ${printable(message, 1000)}`
  terminal.error(hint ? `${said}; hint: ${printable(hint, 500)}` : said)
}
