// Where the documents of a config are: local paths and `file://` for local ones, http(s) for the rest. A document from
// elsewhere never leads to a local file.
import { dirname, isAbsolute, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { hintOfLogin, holdsLogin } from '../../schemas/address-login.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { lacksScheme } from '../document/scheme.ts'

export type DocumentAddress =
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'web'; readonly name: string }

/** The address that a local document or the command line gives; `base` is the directory of relative paths. */
export function addressFrom(text: string, base: string): DocumentAddress {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(text)) {
    refuseHalfAddress(text)
    return { kind: 'file', name: isAbsolute(text) ? text : resolve(base, text) }
  }
  const url = webOrFile(text)
  return url.protocol === 'file:' ? { kind: 'file', name: fileURLToPath(url) } : { kind: 'web', name: url.href }
}

/** The address that a document names in its `include`. */
export function addressIn(text: string, parent: DocumentAddress): DocumentAddress {
  if (parent.kind === 'file') return addressFrom(text, dirname(parent.name))
  const url = URL.canParse(text, parent.name) ? new URL(text, parent.name) : undefined
  if (url && isWeb(url)) return { kind: 'web', name: withoutSecrets(url, text).href }
  throw addressInvalid(text, 'a document from elsewhere may only include `https://` or `http://` addresses')
}

/** For people; the name itself may hold secrets in its query. */
export function shownName({ kind, name }: DocumentAddress): string {
  return kind === 'web' ? shownAddress(name) : name
}

/** Makes an address absolute that is written relative to a local document; gives `file://` for paths. */
export function resolveFile(address: string, document: string): string {
  return pathToFileURL(resolve(dirname(document), address)).href
}

function webOrFile(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'file:' && url.host === '') return url
  if (url && isWeb(url)) return withoutSecrets(url, text)
  throw addressInvalid(text, 'expected a path or an `https://`, `http://` or `file://` address')
}

/** A web address without its scheme would be taken for a file, and shown as one with all that it holds. */
function refuseHalfAddress(text: string): void {
  if ((lacksScheme(text) || text.includes('@')) && shownAddress(text) !== text)
    throw addressInvalid(text, 'expected a path, or an address that begins with `https://`')
}

function isWeb(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:'
}

function withoutSecrets(url: URL, typed: string): URL {
  const text = [typed, url.href].find(holdsLogin)
  if (text !== undefined)
    throw addressInvalid(text, hintOfLogin('addresses of configs hold no user name or password', text))
  // It never reaches the server, so it would only make one document look like several.
  url.hash = ''
  return url
}

function addressInvalid(text: string, problem: string): Error {
  const address = shownAddress(text)
  return coded('CONFIG_INVALID', { message: `address ${quote(address)}: ${problem}`, details: { address } })
}
