// Under which address people reach the registry. It stands in every document, so it is remembered with the data: a start
// that leaves it out must not render the whole tree for another one.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { BaseUrl } from '../../static-tree/base-url.ts'
import { parseBaseUrl } from '../../static-tree/base-url.ts'
import { readRemembered, remember } from '../data-dir/remembered.ts'

/** Addresses that stand for every network of the machine: nobody can type them into a config. */
const EVERY_NETWORK = new Set(['', '*', '0.0.0.0', '::', '[::]', '0', '0:0:0:0:0:0:0:0', '::0', '::ffff:0.0.0.0'])

type AddressRequest = {
  readonly dataDir: string
  /** `--url`. */
  readonly given: string | undefined
  /** `--host`. */
  readonly host: string
}

/**
 * What was said, else what was remembered, else nothing: then the address that it listens on. Throws USAGE where that would
 * be every network of the machine.
 */
export async function chooseBaseAddress({ dataDir, given, host }: AddressRequest): Promise<BaseUrl | undefined> {
  const chosen = given === undefined ? await remembered(dataDir) : parseBaseUrl(given)
  if (chosen === undefined && EVERY_NETWORK.has(host.trim()))
    throw coded('USAGE', {
      message: `${quote(host)} listens on every network, and no address is given that documents can name`,
      details: { host },
      hint: `\`octo registry serve --data ${dataDir} --host ${host.trim() || '0.0.0.0'} --url https://plugins.example.com\``,
    })
  return chosen
}

/** Kept for starts that say no address. */
export function rememberBaseAddress(dataDir: string, base: BaseUrl): Promise<void> {
  return remember(dataDir, 'base-url', base)
}

async function remembered(dataDir: string): Promise<BaseUrl | undefined> {
  const text = await readRemembered(dataDir, 'base-url')
  return text === undefined ? undefined : parseBaseUrl(text)
}
