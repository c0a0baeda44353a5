// `octo registry serve`: runs until SIGTERM or Ctrl-C, or until whoever started it for itself is gone, then lets requests in flight end.
import { resolve } from 'node:path'
import { finished } from 'node:stream'
import type { Command } from 'commander'
import { Option } from 'commander'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { Terminal } from '../../terminal/index.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { repeatable } from '../../terminal/repeatable.ts'
import { requireOwnData } from '../data-dir/folder.ts'
import { LIMIT_OPTIONS, parseLimits } from '../limit-names.ts'
import type { Serving } from '../server/listen.ts'
import { requireRegistry, withDataOption } from './data-option.ts'

type ServeOptions = {
  readonly data: string
  readonly existing?: boolean
  readonly port: string
  readonly host: string
  readonly url?: string
  readonly componentDomain?: string
  readonly trustProxy: readonly string[]
  readonly limit: readonly string[]
  readonly logLevel: string
  readonly untilInputEnds?: true
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent']
const HALTED = 74
const IMPATIENT = 1

export function addServeCommand(parent: Command): void {
  const command = addCommand(parent, {
    words: 'serve',
    summary: 'serve repos and take new versions, until it is stopped',
    examples: [
      'octo registry serve --data /var/lib/octo --port 8787',
      'octo registry serve --data /srv/octo/data --existing',
      'octo registry serve --data DIR --host 0.0.0.0 --url https://plugins.example.com',
      'octo registry serve --data DIR --url https://plugins.example.com --trust-proxy 127.0.0.1',
    ],
  })
  withDataOption(command)
    .option('--existing', 'make no new registry in a folder that holds none, as where its disk is not mounted')
    .option('--port <number>', 'port to listen on; 0 picks a free one', '8787')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option(
      '--url <base>',
      'where people reach it, when that is not the address it listens on; remembered with the data',
    )
    .option(
      '--component-domain <domain>',
      'what names of OCM components begin with, when that is not the host of --url; remembered with the data',
    )
    .option(
      '--trust-proxy <address>',
      'proxy, or range of them, whose X-Forwarded-For the log believes; may be repeated',
      repeatable,
      [],
    )
    .option(
      '--limit <name=number>',
      `what one token or address may use (${LIMIT_OPTIONS.join(', ')}); may be repeated`,
      repeatable,
      [],
    )
    .option(
      '--log-level <level>',
      `what is logged on stderr (${LOG_LEVELS.join(', ')}); reads of the tree from debug on`,
      'info',
    )
    .addOption(
      new Option('--until-input-ends', 'stop when standard input ends, which a killed parent lets go').hideHelp(),
    )
  onRun<ServeOptions>(command, ({ options, terminal }) => serveUntilStopped(options, terminal))
}

async function serveUntilStopped(options: ServeOptions, terminal: Terminal): Promise<number> {
  const [{ serve }, { openRegistry }, { registrySettings }, { openLogger }, addresses, domains, proxies] =
    await Promise.all([
      import('../server/listen.ts'),
      import('../open-registry.ts'),
      import('../settings.ts'),
      import('../log/logger.ts'),
      import('../server/base-address.ts'),
      import('../server/component-domain.ts'),
      import('../server/http/client-address.ts'),
    ])
  const port = parsePort(options.port)
  const logger = openLogger(parseLevel(options.logLevel))
  const clientAddress = proxies.clientAddressBehind(options.trustProxy)
  const isProxy = proxies.trustedProxies(options.trustProxy)
  const limits = parseLimits(options.limit)
  const dataDir = resolve(options.data)
  if (options.existing) requireRegistry(options.data)
  requireOwnData(dataDir)
  const base = await addresses.chooseBaseAddress({ dataDir, given: options.url, host: options.host })
  const componentDomain = await domains.chooseComponentDomain(dataDir, options.componentDomain)
  const stopped = Promise.withResolvers<void>()
  let code = 0
  // The disk may fail at the very end, too.
  const onHalt = () => {
    code = HALTED
    stopped.resolve()
  }
  // Before anybody is told that it listens: a signal that nobody waits for ends the process at once.
  const failed = new AbortController()
  void nextSignal(failed.signal).then(() => stopped.resolve())
  if (options.untilInputEnds) finished(process.stdin.resume(), { writable: false }, () => stopped.resolve())
  const serving = await serve({
    host: options.host,
    port,
    logger,
    clientAddress,
    isProxy,
    open: async (url) => {
      const registry = await openRegistry({
        config: registrySettings({ dataDir, baseUrl: base ?? url, componentDomain, limits }),
        logger,
        existing: options.existing === true,
        onHalt,
      })
      if (base !== undefined) await addresses.rememberBaseAddress(dataDir, base)
      if (componentDomain !== undefined) await domains.rememberComponentDomain(dataDir, componentDomain)
      return registry
    },
  }).catch((error: unknown) => {
    failed.abort()
    throw error
  })
  terminal.print(`listening on ${serving.url}`)
  if (base !== undefined && base !== serving.url) terminal.info(`reached as ${base}`)
  await stopped.promise
  return (await stopGracefully(serving)) ?? code
}

/** A second signal means now, and an exit code of its own. */
async function stopGracefully(serving: Serving): Promise<number | undefined> {
  const impatient = nextSignal().then(() => IMPATIENT)
  return Promise.race([serving.stop().then(() => undefined), impatient])
}

/** Waited for until `over`, which leaves no listener behind. */
function nextSignal(over?: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, resolve)
      over?.addEventListener('abort', () => process.off(signal, resolve), { once: true })
    }
  })
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^[0-9]{1,5}$/.test(text) && port < 65536) return port
  throw coded('USAGE', { message: `expected a port from 0 to 65535, found ${quote(text)}` })
}

function parseLevel(text: string): string {
  if (LOG_LEVELS.includes(text)) return text
  throw coded('USAGE', { message: `expected a log level out of ${LOG_LEVELS.join(', ')}, found ${quote(text)}` })
}
