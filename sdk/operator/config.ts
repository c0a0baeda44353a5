// The config as an operator is given it: octoctl's config.json. All templates are filled in, all documents merged.

import { isMap } from '../../schemas/is-map.ts'
import { OperatorProblem } from './problem.ts'

export type Named = Readonly<Record<string, unknown>>

export type OperatorConfig = {
  /** Of the project. */
  readonly name: string
  readonly octoctl: Named
  /** Values of services, by name. */
  readonly configs: Named
  readonly services: Readonly<Record<string, Named>>
  readonly repos: { readonly services: Named; readonly tools: Named; readonly files: Named }
  /** Every other key, such as the `networks` and `volumes` of Compose. */
  readonly rest: Named
}

/** Throws OperatorProblem for a text that is not such a config. */
export function parseOperatorConfig(text: string): OperatorConfig {
  const { name, octoctl, configs, services, repos, ...rest } = named(parsed(text), 'the config')
  if (typeof name !== 'string' || name === '') throw new OperatorProblem('the config has no `name`, expected a text')
  const { services: offered, tools, files } = optional(repos, '`repos`')
  return {
    name,
    rest,
    octoctl: optional(octoctl, '`octoctl`'),
    configs: optional(configs, '`configs`'),
    services: Object.fromEntries(
      Object.entries(optional(services, '`services`')).map(([service, keys]) => [
        service,
        optional(keys, `service \`${service}\``),
      ]),
    ),
    repos: {
      services: optional(offered, '`repos.services`'),
      tools: optional(tools, '`repos.tools`'),
      files: optional(files, '`repos.files`'),
    },
  }
}

/** What stands for nothing is an empty map. */
export function optional(value: unknown, what: string): Named {
  return value === undefined || value === null ? {} : named(value, what)
}

export function isNamed(value: unknown): value is Named {
  return isMap(value)
}

function named(value: unknown, what: string): Named {
  if (isNamed(value)) return value
  throw new OperatorProblem(`${what} is ${Array.isArray(value) ? 'a list' : typeof value}, expected a map`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new OperatorProblem('the config is no JSON')
  }
}
