// What repos and plugins are called in the Open Component Model: `plugins.example.com/core` and `plugins.example.com/core/hello`.
// A component is one thing in the whole world, so its name begins with a domain of whoever runs the registry.
import { coded } from '../schemas/errors.ts'
import type { Name } from '../schemas/name.ts'
import { isName } from '../schemas/name.ts'
import { quote } from '../schemas/quote.ts'

/** For registries that are reached by no name of their own; `.internal` is set aside for such. */
const FALLBACK = 'octo.internal'
/** With the longest names of repo and plugin it still fits into the 255 characters of a component name. */
const MAX_DOMAIN = 120
const DOMAIN = /^[a-z][-a-z0-9]*(?:\.[a-z][-a-z0-9]*)*\.[a-z]{2,}$/
/** Names of ours that OCM does not take, as they are too short or begin with a digit; none of ours holds a `_`. */
const PREFIX = 'n_'
const TAKEN = /^[a-z]./

/** The domain that component names begin with when nobody chose one: the host of the base URL, if OCM takes it. */
export function domainOf(baseUrl: string): string {
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : ''
  return isComponentDomain(host) ? host : FALLBACK
}

/** Throws USAGE. */
export function parseComponentDomain(text: string): string {
  if (isComponentDomain(text)) return text
  throw coded('USAGE', {
    message: `${quote(text)} cannot begin the names of components, expected a domain such as \`plugins.example.com\``,
    hint: 'OCM takes lower-case labels that begin with a letter, at least two of them, the last of letters only',
  })
}

export function repoComponent(domain: string, repo: Name): string {
  return `${domain}/${segmentOf(repo)}`
}

export function pluginComponent(domain: string, repo: Name, plugin: Name): string {
  return `${repoComponent(domain, repo)}/${segmentOf(plugin)}`
}

/** e.g. `hello`, `n_7zip`: also the name of resources and references, which have the same rules. */
export function segmentOf(name: Name): string {
  return TAKEN.test(name) ? name : `${PREFIX}${name}`
}

/** What a component of this domain is about; undefined for every other name. */
export function readComponent(
  domain: string,
  component: string,
): { readonly repo: Name; readonly plugin: Name | undefined } | undefined {
  if (!component.startsWith(`${domain}/`)) return undefined
  const [repo, plugin, rest] = component.slice(domain.length + 1).split('/')
  const names = { repo: nameOf(repo), plugin: nameOf(plugin) }
  if (names.repo === undefined || rest !== undefined || (plugin !== undefined && names.plugin === undefined))
    return undefined
  return { repo: names.repo, plugin: names.plugin }
}

function nameOf(segment: string | undefined): Name | undefined {
  const name = segment?.startsWith(PREFIX) ? segment.slice(PREFIX.length) : segment
  return isName(name) && segmentOf(name) === segment ? name : undefined
}

function isComponentDomain(text: string): boolean {
  return text.length <= MAX_DOMAIN && DOMAIN.test(text)
}
