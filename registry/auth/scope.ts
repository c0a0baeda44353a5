// What a token allows: `repo/plugin:action,action`, where a name may be `*` or end with `*`. `admin` includes every action.
import type { TokenAction } from '../../schemas/api.ts'
import { TOKEN_ACTIONS } from '../../schemas/api.ts'
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { nearestWord } from '../../schemas/nearest-word.ts'
import { quote } from '../../schemas/quote.ts'
import { pluginName } from '../../schemas/release-name.ts'
import type { Scope } from '../db/records.ts'

const DEFAULT_ACTIONS: readonly TokenAction[] = ['publish', 'yank']
const NAME_GLOB = /^(\*|[a-z0-9][a-z0-9-]{0,63}\*?)$/

export function allows(scopes: readonly Scope[], action: TokenAction, repo: Name, plugin: Name): boolean {
  return scopes.some(
    (scope) =>
      (scope.actions.includes(action) || scope.actions.includes('admin')) &&
      fits(scope.repo, repo) &&
      fits(scope.plugin, plugin),
  )
}

/** Whoever may publish in a repo reads it, too. */
const READING: readonly TokenAction[] = ['read', 'publish', 'admin']

/** Whether a private repo is there for whoever has these scopes: the whole of it, as its documents are about all plugins. */
export function mayRead(scopes: readonly Scope[], repo: Name): boolean {
  return scopes.some((scope) => fits(scope.repo, repo) && scope.actions.some((action) => READING.includes(action)))
}

/** Reads `core/check-*:publish,yank`; without actions a scope allows to publish and yank. Throws USAGE. */
export function parseScope(text: string): Scope {
  const [names = '', listed] = text.split(':', 2)
  const [repo = '', plugin = '', rest] = names.split('/', 3)
  const actions = listed === undefined ? DEFAULT_ACTIONS : listed.split(',')
  const valid = rest === undefined && [repo, plugin].every((name) => NAME_GLOB.test(name))
  if (valid && actions.every(isAction)) return requireWholeRepo({ repo, plugin, actions })
  const strange = valid ? actions.find((action) => !isAction(action)) : undefined
  if (strange !== undefined) throw noAction(strange, text)
  throw coded('USAGE', {
    message: `scope ${quote(text)} cannot be understood, expected \`repo/plugin\` or \`repo/plugin:action,action\``,
    details: { actions: TOKEN_ACTIONS },
    hint: 'for example `core/*` or `core/check-*:publish,yank`',
  })
}

function noAction(strange: string, scope: string): Error {
  const nearest = nearestWord(strange, TOKEN_ACTIONS)
  return coded('USAGE', {
    message: `${quote(strange)} in scope ${quote(scope)} is no action, expected ${TOKEN_ACTIONS.map(quote).join(', ')}`,
    ...(nearest === undefined ? {} : { hint: `did you mean ${quote(nearest)}?` }),
  })
}

function requireWholeRepo(scope: Scope): Scope {
  if (!scope.actions.includes('read') || scope.plugin === '*') return scope
  throw coded('USAGE', {
    message: `a repo is read as a whole, found a scope that allows to read ${quote(pluginName(scope))}`,
    hint: `give \`${scope.repo}/*:read\` as a scope of its own`,
  })
}

export function scopeText({ repo, plugin, actions }: Scope): string {
  return `${repo}/${plugin}:${actions.join(',')}`
}

/** Whether it allows anything in this repo. */
export function coversRepo(scope: Scope, repo: Name): boolean {
  return fits(scope.repo, repo)
}

/** For people: `publish, yank in core: check-*`, `everything in every repo`. */
export function scopeWords({ repo, plugin, actions }: Scope): string {
  const what = actions.includes('admin') ? 'everything' : actions.join(', ')
  const where = repo === '*' ? 'every repo' : repo.endsWith('*') ? `repos ${repo}` : repo
  return `${what} in ${where}${plugin === '*' ? '' : `: ${plugin}`}`
}

function fits(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

function isAction(text: string): text is TokenAction {
  return (TOKEN_ACTIONS as readonly string[]).includes(text)
}
