// The address a tree is served at. octoctl needs absolute URLs in its YAML, and garbles some that are otherwise fine.
import { hintOfLogin, holdsLogin } from '../schemas/address-login.ts'
import { coded } from '../schemas/errors.ts'
import { LIMITS } from '../schemas/limits.ts'
import { quote } from '../schemas/quote.ts'
import { shownAddress } from '../schemas/shown-address.ts'

declare const baseBrand: unique symbol
/** An http(s) URL without a slash at its end, query, fragment or user, e.g. `https://plugins.example.com/octo`. */
export type BaseUrl = string & { readonly [baseBrand]: true }

/** Throws CONFIG_INVALID. Characters that octoctl rewrites (`&`, `<`, `>`) or templates (`{{`) are refused too. */
export function parseBaseUrl(text: string): BaseUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const web = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (!url || !web || holdsLogin(text) || /[?#&<>{}\s\\]/.test(text) || /[&<>{}]/.test(url.href))
    throw coded('CONFIG_INVALID', {
      message: `base URL ${quote(shownAddress(text))} cannot be used, expected one such as \`https://plugins.example.com\``,
      hint: hintOfLogin('octoctl cannot read addresses with a user, a query or one of & < > { }', text),
    })
  const length = url.pathname.length
  if (length > LIMITS.basePathLength)
    throw coded('CONFIG_INVALID', {
      message: `base URL ${quote(shownAddress(text))} has a path of ${length} characters, expected at most ${LIMITS.basePathLength}`,
      details: { expected: LIMITS.basePathLength, found: length },
      hint: 'serve the tree below a shorter path: the documents repeat it in every address',
    })
  return url.href.replace(/\/+$/, '') as BaseUrl
}

/** Path of the base without a slash at its end: empty, or `/octo`. */
export function basePath(base: BaseUrl): string {
  return new URL(base).pathname.replace(/\/+$/, '')
}
