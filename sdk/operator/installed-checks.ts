// What octo says of the plugins that check a service, where the config names an image that installs them: how each is started, and
// the config and lockfile by which it is proven where it runs.
import type { Named, OperatorConfig } from './config.ts'
import { isNamed } from './config.ts'
import { OperatorProblem } from './problem.ts'

export type InstalledCheck =
  | {
      readonly kind: 'program'
      /** In which octo installs it. */
      readonly image: string
      /** Secret with OCTO_REGISTRY and OCTO_TOKEN, by which octo reads a private repo there. */
      readonly login?: string
      /** Name of the program in `bin/` of the folder that it is installed into. */
      readonly program: string
      readonly words: readonly string[]
      /** Its exit code 1 is a warning, and no failure. */
      readonly warns: boolean
      readonly timeoutMs?: number
      /** Texts of `octo.yaml` and `octo.lock`. */
      readonly config: string
      readonly lock: string
    }
  /** In words that follow its name. */
  | { readonly kind: 'none'; readonly problem: string }

/** By their places in `health` of the service; throws OperatorProblem for what octo does not write. */
export function installedChecks({ rest }: OperatorConfig, service: string): ReadonlyMap<number, InstalledCheck> {
  const probes = within(within(rest, 'octo'), 'probes')
  const checks = within(probes, 'checks')[service]
  if (checks === undefined) return new Map()
  if (!Array.isArray(checks)) throw unreadable(service)
  const place = { image: String(probes.image), ...(typeof probes.login === 'string' ? { login: probes.login } : {}) }
  return new Map(checks.map((one) => readCheck(one, place, service)))
}

function within(map: Named, key: string): Named {
  const value = map[key]
  return isNamed(value) ? value : {}
}

type Place = { readonly image: string; readonly login?: string }

function readCheck(one: unknown, place: Place, service: string): [number, InstalledCheck] {
  if (!isNamed(one) || typeof one.index !== 'number') throw unreadable(service)
  const { index, problem, program, words, warns, timeoutMs, config, lock } = one
  if (typeof problem === 'string') return [index, { kind: 'none', problem }]
  if (typeof program !== 'string' || typeof config !== 'string' || typeof lock !== 'string') throw unreadable(service)
  if (!Array.isArray(words) || !/^[a-z0-9-]{1,64}$/.test(program)) throw unreadable(service)
  const time = typeof timeoutMs === 'number' ? { timeoutMs } : {}
  return [
    index,
    { kind: 'program', ...place, program, words: words.map(String), warns: warns !== false, ...time, config, lock },
  ]
}

function unreadable(service: string): OperatorProblem {
  return new OperatorProblem(
    `what octo says of the checks of service \`${service}\` cannot be read: use the octo that comes with this operator, or a newer operator`,
  )
}
