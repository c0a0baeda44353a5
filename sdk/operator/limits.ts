// `limits` of a service, in the words of Compose: what octo calls the most that a service may use is the same in containers.
import { ownValue } from '../../schemas/own-value.ts'
import type { Named } from './config.ts'
import { isNamed, optional } from './config.ts'
import { OperatorProblem } from './problem.ts'

type Word = { readonly older: string; readonly deployed: string; readonly like: RegExp; readonly example: string }

const WORDS: Readonly<Record<string, Word>> = {
  memory: { older: 'mem_limit', deployed: 'memory', like: /^\d+(?:\.\d+)?\s*(?:[kmgt]i?)?b?$/i, example: '512m' },
  cpus: { older: 'cpus', deployed: 'cpus', like: /^(?=.*[1-9])\d*\.?\d+$/, example: '1.5' },
  processes: { older: 'pids_limit', deployed: 'pids', like: /^[1-9]\d*$/, example: '100' },
  open_files: { older: 'ulimits', deployed: '', like: /^[1-9]\d*$/, example: '1024' },
}

/** Keys of Compose with those of `limits`, which count before others that say the same. Throws OperatorProblem. */
export function withLimits(service: string, compose: Named, said: unknown): Named {
  const limits = optional(said, `\`limits\` of service \`${service}\``)
  return Object.entries(limits).reduce((all, [key, value]) => {
    if (value === undefined || value === null) return all
    const word = ownValue(WORDS, key)
    if (!word) throw new OperatorProblem(`service \`${service}\` has a limit \`${key}\`, which is not known`)
    if (!word.like.test(String(value)))
      throw new OperatorProblem(
        `\`limits.${key}\` of service \`${service}\` is \`${String(value)}\`, expected such as \`${word.example}\``,
      )
    return withLimit(all, word, value)
  }, compose)
}

function withLimit(compose: Named, { older, deployed }: Word, value: unknown): Named {
  if (older === 'ulimits') return { ...compose, ulimits: { ...named(compose.ulimits), nofile: Number(value) } }
  // Compose knows one letter for mebibytes.
  const written = older === 'mem_limit' ? String(value).replace(/i/i, '').replaceAll(' ', '') : value
  const deploy = named(compose.deploy)
  const resources = named(deploy.resources)
  const inDeploy = named(resources.limits)
  if (!(deployed in inDeploy)) return { ...compose, [older]: written }
  const { [older]: _, ...rest } = compose
  return {
    ...rest,
    deploy: { ...deploy, resources: { ...resources, limits: { ...inDeploy, [deployed]: written } } },
  }
}

function named(value: unknown): Named {
  return isNamed(value) ? value : {}
}
