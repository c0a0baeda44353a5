// ~/.netrc, where curl, git and others keep user and password by host; NETRC names another file. Macros are passed over.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { domainToASCII } from 'node:url'
import { coded } from '../schemas/errors.ts'
import { quote, shellWord } from '../schemas/quote.ts'
import { exposureOf } from '../system/files/private-file.ts'
import { userHome } from '../system/files/user-home.ts'
import type { Environment } from '../system/http/proxy.ts'
import { lenientTextOf } from './secret-text.ts'

type Login = { readonly user: string; readonly password: string }
type Entry = { readonly machine: string | undefined; login?: string; password?: string }

const MAX_CHARACTERS = 1024 * 1024

/** Undefined when there is no file or no entry. Throws TOKEN_UNREADABLE when others can read the password. */
export function findNetrcLogin(url: URL, env: Environment): Login | undefined {
  const path = netrcPath(env)
  if (path === undefined) return undefined
  const text = readIfThere(path)
  const entry = text === undefined ? undefined : entryFor(url, parseNetrc(text))
  if (entry?.password === undefined) return undefined
  if (`${entry.login}${entry.password}`.includes('\ufffd')) throw noText(path, url)
  const exposure = exposureOf(path)
  if (!exposure) return { user: entry.login ?? '', password: entry.password }
  throw coded('TOKEN_UNREADABLE', {
    message: `other users can read the passwords in ${quote(path)}, expected mode 0600, found ${exposure.mode}`,
    details: { path, expected: '0600', found: exposure.mode },
    hint: `\`chmod 600 ${shellWord(path)}\``,
  })
}

/** What was replaced would be sent as another password. */
function noText(path: string, { hostname }: URL): Error {
  return coded('TEXT_INVALID', {
    message: `login and password of ${quote(hostname)} in ${quote(path)} are not UTF-8`,
    details: { path },
    hint: 'save it as UTF-8',
  })
}

function netrcPath(env: Environment): string | undefined {
  if (env.NETRC) return env.NETRC
  const home = userHome(env)
  return home === undefined ? undefined : join(home, process.platform === 'win32' ? '_netrc' : '.netrc')
}

/** By host and port, by host, or the default. */
function entryFor({ host, hostname }: URL, entries: readonly Entry[]): Entry | undefined {
  const bare = hostname.replace(/^\[|\]$|\.$/g, '')
  const named = (name: string) => entries.find(({ machine }) => machine !== undefined && asAsked(machine) === name)
  return named(host) ?? named(hostname) ?? named(bare) ?? entries.find(({ machine }) => machine === undefined)
}

/** People write `bücher.example`, and addresses say `xn--bcher-kva.example`. */
function asAsked(machine: string): string {
  return (/[^\0-\x7f]/.test(machine) && domainToASCII(machine)) || machine.toLowerCase()
}

function parseNetrc(text: string): readonly Entry[] {
  const words = wordsOf(text.slice(0, MAX_CHARACTERS))
  const entries: Entry[] = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index]
    const entry = entries.at(-1)
    if (word === 'machine') entries.push({ machine: words[++index] ?? '' })
    else if (word === 'default') entries.push({ machine: undefined })
    else if (word === 'login' && entry) entry.login = words[++index] ?? ''
    else if (word === 'password' && entry) entry.password = words[++index] ?? ''
    else if (word === 'account') index++
  }
  return entries
}

/** Comments are lines of their own, since passwords may begin with `#`; a macro ends with an empty line. */
function wordsOf(text: string): readonly string[] {
  const plain = text
    .replace(/^[ \t]*macdef\b[^\n]*\n(?:[^\n]*\S[^\n]*(?:\n|$))*/gm, '\n')
    .replace(/^[ \t]*#[^\n]*$/gm, '')
  const words = plain.match(/"(?:[^"\\]|\\.)*"(?=\s|$)|\S+/g) ?? []
  return words.map((word) => (/^".*"$/s.test(word) ? word.slice(1, -1).replace(/\\(.)/gs, '$1') : word))
}

function readIfThere(path: string): string | undefined {
  try {
    return lenientTextOf(readFileSync(path))
  } catch {
    return undefined
  }
}
