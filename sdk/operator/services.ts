// The services that an operator of containers runs: which they are, their images, and their settings of octo's own.
import type { Named, OperatorConfig } from './config.ts'
import { isNamed, optional } from './config.ts'
import type { InstalledCheck } from './installed-checks.ts'
import { installedChecks } from './installed-checks.ts'
import { withLimits } from './limits.ts'
import { OperatorProblem } from './problem.ts'

export type OperatedService = {
  readonly name: string
  /** Keys of Compose, without octo's own but its limits, which are in the words of Compose. */
  readonly compose: Named
  /** What stands below `octocompose`. */
  readonly settings: Named
  /** What a repo says about the image of the service; it counts before `image` of the service. */
  readonly offered: OfferedImage | undefined
  /** How plugins that check it can be started in a container, by their places in `health`; empty where octo says nothing. */
  readonly installed: ReadonlyMap<number, InstalledCheck>
}

export type OfferedImage = {
  readonly image: string
  readonly entrypoint?: unknown
  readonly command?: unknown
}

/** Services that are switched on, in the order of the config. */
export function servicesOf(config: OperatorConfig): OperatedService[] {
  const { services, repos } = config
  return Object.entries(services)
    .filter(([, { enabled }]) => enabled !== false)
    .map(([name, { octocompose, enabled: _, ...compose }]) => {
      const settings = optional(octocompose, `\`octocompose\` of service \`${name}\``)
      return {
        name,
        compose: withLimits(name, compose, settings.limits),
        settings,
        offered: offeredImage(name, optional(repos.services[name], `\`repos.services.${name}\``).docker),
        installed: installedChecks(config, name),
      }
    })
}

function offeredImage(service: string, docker: unknown): OfferedImage | undefined {
  if (!isNamed(docker)) return undefined
  const { registry, image, tag, entrypoint, command } = docker
  if (typeof image !== 'string' || image === '')
    throw new OperatorProblem(`the repo's \`docker\` of service \`${service}\` has no \`image\``)
  const place = typeof registry === 'string' && registry !== '' ? `${registry}/` : ''
  const version = typeof tag === 'string' && tag !== '' ? `:${tag}` : ''
  return {
    image: `${place}${image}${version}`,
    ...(isSaid(entrypoint) ? { entrypoint } : {}),
    ...(isSaid(command) ? { command } : {}),
  }
}

/** octoctl writes absent texts and lists as empty ones. */
function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
}
