// The registry that a command talks to: one base URL, which may have a path.
import { holdsLogin } from '../../schemas/address-login.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { isLoopback } from '../../system/http/loopback.ts'

/** Reads `--registry` or OCTO_REGISTRY; throws USAGE. The URL ends with `/`. */
export function parseRegistryUrl(flag: string | undefined, env: Readonly<Record<string, string | undefined>>): URL {
  const text = flag ?? env.OCTO_REGISTRY
  if (!text)
    throw coded('USAGE', {
      message: 'no registry is named',
      hint: 'pass `--registry https://plugins.example.com`, or set OCTO_REGISTRY',
    })
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain = url && /^https?:$/.test(url.protocol) && !holdsLogin(text) && !url.search && !url.hash
  if (!plain)
    throw coded('USAGE', {
      message: `registry ${quote(shownAddress(text))} is not usable, expected a URL such as \`https://plugins.example.com\` without user or query`,
      ...withScheme(text),
    })
  refuseRepoUrl(url)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/`
  return url
}

/** What was left out of `127.0.0.1:8787`: the scheme. */
function withScheme(text: string): { hint?: string } {
  const hasNone = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?\/?$/i.test(text)
  if (!hasNone || !URL.canParse(`https://${text}`)) return {}
  const scheme = isLoopback(new URL(`http://${text}`)) ? 'http' : 'https'
  return { hint: `pass \`--registry ${scheme}://${text}\`` }
}

/** The address of a repo, which configs name, is below the one of its registry. */
function refuseRepoUrl(url: URL): void {
  const base = /^(.*)\/repos\/[^/]+\.(?:ya?ml|json)$/.exec(url.pathname)?.[1]
  if (base === undefined) return
  throw coded('USAGE', {
    message: `${quote(shownAddress(url))} is the address of a repo, expected the registry that serves it`,
    hint: `pass \`--registry ${url.origin}${base}\``,
  })
}

/** How a registry is named in the token file and to people. */
export function registryName(url: URL): string {
  return url.href.replace(/\/$/, '')
}

/** Throws CONFIG_INVALID when a token would travel readable for everyone on the way. */
export function refuseCleartext(url: URL, insecureHttp: boolean): void {
  if (url.protocol === 'https:' || isLoopback(url) || insecureHttp) return
  throw coded('CONFIG_INVALID', {
    message: `registry ${quote(registryName(url))} is reached without encryption, so everyone on the way could read the token`,
    hint: 'use https, or say `--insecure-http` where the network itself is trusted',
  })
}
