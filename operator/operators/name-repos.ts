// Names the repo of each check that comes from another one than `core`, because a pin or the lockfile says so. An operator of containers
// asks in place of a check of `core` by itself: where the name alone stood for another plugin, it would ask another question, and could pass where
// the check fails.
import type { OperatorInput } from '../../config/model/operator-input.ts'
import { parsePluginRequest, RUN_SERVICE } from '../../config/model/plugin-request.ts'
import { pinned } from '../../config/model/requests.ts'
import { isCoded } from '../../schemas/errors.ts'
import { isMap } from '../../schemas/is-map.ts'
import type { Session } from '../operator-session.ts'

type Known = Pick<Session['config'], 'pins'> & { readonly lockedKeys: readonly string[] }

const CORE = 'core'
const LISTS: readonly string[] = ['validate', 'health', 'init']

/** `lockedKeys` are those of the lockfile, `repo/plugin`. */
export function withReposOfChecks(input: OperatorInput, known: Known): OperatorInput {
  const services = Object.entries(input.services).map(([name, service]) => {
    const { octocompose: ours } = service
    return [name, isMap(ours) ? { ...service, octocompose: withRepos(ours, known) } : service] as const
  })
  return { ...input, services: Object.fromEntries(services) }
}

type Named = Readonly<Record<string, unknown>>

function withRepos(ours: Named, known: Known): Named {
  const lists = LISTS.flatMap((key) => {
    const items = ours[key]
    return Array.isArray(items) ? [[key, items.map((item: unknown) => withRepo(item, known))] as const] : []
  })
  return { ...ours, ...Object.fromEntries(lists) }
}

function withRepo(item: unknown, known: Known): unknown {
  if (!isMap(item) || typeof item.tool !== 'string') return item
  const name = nameIn(item.tool)
  const repo = name === undefined ? undefined : repoOf(name, known)
  if (repo === undefined || repo === CORE) return item
  const at = item.tool.indexOf('@')
  return { ...item, tool: `${repo}/${name}${at < 0 ? '' : item.tool.slice(at)}` }
}

/** Undefined where it names its repo itself, is no plugin, or cannot be read. */
function nameIn(tool: string): string | undefined {
  try {
    const { plugin, repo } = parsePluginRequest(tool)
    return repo === undefined && plugin !== RUN_SERVICE ? plugin : undefined
  } catch (error) {
    if (isCoded(error)) return undefined
    throw error
  }
}

function repoOf(plugin: string, { pins, lockedKeys }: Known): string | undefined {
  const { repo } = pinned({ plugin } as Parameters<typeof pinned>[0], pins)
  if (repo !== undefined) return repo
  const locked = lockedKeys.filter((key) => key.endsWith(`/${plugin}`)).map((key) => key.slice(0, key.indexOf('/')))
  return locked.includes(CORE) ? CORE : locked[0]
}
