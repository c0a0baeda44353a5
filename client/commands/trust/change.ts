// `octo trust add | all | remove`: whose signature makes a config document of the web count, and for which addresses.

import { findConfig } from '../../../config/find/find-config.ts'
import { addressFrom } from '../../../config/include/document-address.ts'
import { webIncludesOf } from '../../../config/include/web-includes.ts'
import type { GivenKey } from '../../../config/read-trust-key.ts'
import { readTrustKey } from '../../../config/read-trust-key.ts'
import type { TrustedKey } from '../../../config/trusted-keys/trusted-addresses.ts'
import { keysNamed } from '../../../config/trusted-keys/trusted-addresses.ts'
import { changeTrustedKeys, readTrustedKeys } from '../../../config/trusted-keys/trusted-keys.ts'
import { trustedKeysPath } from '../../../config/trusted-keys/trusted-keys-path.ts'
import { documentKeyId } from '../../../schemas/document-key.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { shownAddress } from '../../../schemas/shown-address.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { waitingLine } from '../../../terminal/index.ts'
import type { Run } from '../../../terminal/program.ts'
import type { ConsentFlags } from './consent.ts'
import { requireConsent } from './consent.ts'
import { rowOfKey } from './list.ts'

export type AllFlags = ConsentFlags & { readonly config?: readonly string[] }

export async function addCommand({ args, options, terminal }: Run<ConsentFlags>): Promise<number> {
  const [text = '', ...addresses] = args
  return trust(text, addresses.map(wholeAddress), { options, terminal })
}

/** For every document of the web that local documents of the config include, and for no other. */
export async function allCommand({ args: [text = ''], options, terminal }: Run<AllFlags>): Promise<number> {
  const cwd = process.cwd()
  const { config: paths = [] } = options
  const named = paths.length > 0 ? paths : [findConfig(cwd, process.env)]
  const places = named.map((path) => addressFrom(path, cwd))
  const included = (await webIncludesOf(places)).map(({ address }) => address)
  const addresses = [...places, ...included].flatMap((one) => (one.kind === 'web' ? [withoutQuery(one.name)] : []))
  if (addresses.length === 0)
    throw coded('NOT_FOUND', {
      message: 'the config includes no document of the web, so there is nothing to trust a key for',
      hint: 'name an address: `octo trust add KEYFILE ADDRESS`',
    })
  return trust(text, addresses, { options, terminal })
}

export async function removeCommand({ args, terminal }: Run<object>): Promise<number> {
  const [text = '', ...rest] = args
  const addresses = rest.map(wholeAddress)
  const removed = await changeTrustedKeys(trustedKeysPath(process.env), (keys) => {
    const [known, ...others] = keysNamed(keys, text)
    if (!known || others.length > 0) throw notKept(text, known !== undefined)
    const strange = addresses.find((address) => !known.addresses.includes(address))
    if (strange !== undefined) throw notFor(known, strange)
    const left = known.addresses.filter((address) => addresses.length > 0 && !addresses.includes(address))
    const changed = left.length > 0 ? [{ ...known, addresses: left }] : []
    const gone = { ...known, addresses: known.addresses.filter((address) => !left.includes(address)) }
    return { keys: keys.flatMap((key) => (key === known ? changed : [key])), result: gone }
  })
  const now = await readTrustedKeys(trustedKeysPath(process.env))
  terminal.result({
    json: { removed: rowOfKey(removed) },
    text: () => `${documentKeyId(removed.key)} no longer counts for ${removed.addresses.map(shownAddress).join(', ')}`,
  })
  const open = removed.addresses.filter((address) => !now.some((key) => key.addresses.includes(address)))
  for (const address of open)
    terminal.warn(
      `documents of ${shownAddress(address)} are used without a signature from now on, where their include names no \`keys\``,
    )
  return 0
}

type Showing<Flags> = { readonly options: Flags; readonly terminal: Terminal }

async function trust(
  text: string,
  addresses: readonly string[],
  { options, terminal }: Showing<ConsentFlags>,
): Promise<number> {
  const { env } = process
  const path = trustedKeysPath(env)
  const place = { cwd: process.cwd(), env, onWait: waitingLine(terminal), now: Date.now() }
  const given = await readTrustKey(text, { ...place, kept: await readTrustedKeys(path) })
  await requireConsent(given, addresses, { options, terminal })
  const added = await changeTrustedKeys(path, (keys) => {
    const known = keys.find(({ key }) => documentKeyId(key) === documentKeyId(given.key))
    const result = together(given, known, addresses)
    return { keys: known ? keys.map((key) => (key === known ? result : key)) : [...keys, result], result }
  })
  terminal.result({
    json: { trusted: rowOfKey(added) },
    text: () =>
      `documents of ${addresses.map(shownAddress).join(', ')} count from now on when ${documentKeyId(added.key)} signed them`,
  })
  return 0
}

/** A key that is given again may have a later end. */
function together({ key, names }: GivenKey, known: TrustedKey | undefined, addresses: readonly string[]): TrustedKey {
  return { key, names, addresses: [...new Set([...(known?.addresses ?? []), ...addresses])] }
}

function withoutQuery(address: string): string {
  const url = new URL(address)
  url.search = ''
  return url.href
}

/** A document, or a folder that ends in `/`. */
function wholeAddress(text: string): string {
  const address = /^https?:\/\//i.test(text) ? addressFrom(text, process.cwd()) : undefined
  if (address?.kind === 'web' && !address.name.includes('?')) return address.name
  throw coded('USAGE', {
    message: `${quote(shownAddress(text))} is no address to trust a key for, expected \`https://HOST/FOLDER/\` or \`https://HOST/DOCUMENT.yaml\``,
    hint: 'run `octo trust add --help`',
  })
}

function notKept(text: string, areSeveral: boolean): Error {
  return coded('KEY_NOT_FOUND', {
    message: areSeveral ? `${quote(text)} names several trusted keys` : `${quote(text)} names no trusted key`,
    details: { key: text },
    hint: 'run `octo trust list`, and give the whole fingerprint',
  })
}

function notFor({ key }: TrustedKey, address: string): Error {
  return coded('NOT_FOUND', {
    message: `the key ${quote(documentKeyId(key))} does not count for ${quote(shownAddress(address))}`,
    details: { key: documentKeyId(key), address: shownAddress(address) },
    hint: '`octo trust list` shows what it counts for',
  })
}
