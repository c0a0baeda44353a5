// The way to the repos: proxies, authorities, stored logins, each repo itself, and this machine's clock beside theirs.
import type { ExaminedRepo } from '../../client/index.ts'
import type { OctoConfig, RepoConfig } from '../../config/model/config.ts'
import { tokensOfUser } from '../../credentials/token-file.ts'
import { throwDefect } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { readAuthorities } from '../../system/http/authorities.ts'
import { proxyFor } from '../../system/http/proxy.ts'
import { count, formatDuration } from '../../terminal/index.ts'
import type { Finding } from './finding.ts'
import { finding, refusal } from './finding.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Keys count from a moment to another, and signatures have a time: a clock that is this wrong decides both wrongly. */
const WRONG_MS = 5 * 60_000
/** Below this nothing is said: a Date has whole seconds, and answers take their time. */
const DOUBTFUL_MS = 30_000

export async function examineSettings(repos: readonly RepoConfig[], env: Environment): Promise<readonly Finding[]> {
  return [proxyFinding(repos, env), authoritiesFinding(env), await loginsFinding(env)]
}

function proxyFinding(repos: readonly RepoConfig[], env: Environment): Finding {
  return orRefusal('proxy', () => {
    const ways = new Map<string, string[]>()
    for (const { name, url } of repos) {
      const proxy = proxyFor(new URL(url), env)
      if (proxy) {
        const way = `${proxy.shown} (${proxy.variable})`
        ways.set(way, [...(ways.get(way) ?? []), name])
      }
    }
    const said = [...ways].map(([way, names]) => `${way} for ${names.map(quote).join(', ')}`)
    return finding('good', 'proxy', said.join('; ') || 'none')
  })
}

function authoritiesFinding(env: Environment): Finding {
  return orRefusal('authorities', () => {
    const variables = ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'].filter((name) => env[name])
    const from = variables.length > 0 ? ` (${variables.join(', ')})` : ''
    return finding('good', 'authorities', `${count(readAuthorities(env).length, 'certificate')}${from}`)
  })
}

async function loginsFinding(env: Environment): Promise<Finding> {
  try {
    const hosts = Object.keys(await tokensOfUser(env))
    return finding('good', 'logins', hosts.join(', ') || 'none')
  } catch (error) {
    throwDefect(error)
    return refusal('logins', error)
  }
}

function orRefusal(subject: string, look: () => Finding): Finding {
  try {
    return look()
  } catch (error) {
    throwDefect(error)
    return refusal(subject, error)
  }
}

/** Without a repo `octo lock`, which the lockfile seems to need, could only say the same. */
export function noRepoFindings({ repos }: OctoConfig, asked: number): readonly Finding[] {
  if (repos.length > 0 || asked === 0) return []
  const said = `there is none that could have the ${count(asked, 'plugin')} of the config`
  return [finding('bad', 'repos', said, 'add one: `octo add ADDRESS --key KEY`, as whoever publishes there gives them')]
}

/** `examined` is empty where nothing may be asked. */
export function repoFindings(repos: readonly RepoConfig[], examined: readonly ExaminedRepo[]): readonly Finding[] {
  return repos.flatMap(({ name }): readonly Finding[] => {
    const subject = `repo ${name}`
    const found = examined.find((one) => one.name === name)
    if (!found) return [finding('unknown', subject, 'was not asked, as `--offline` says')]
    const mirrors = found.mirrors.map((mirror) => mirrorFinding(name, mirror))
    if (found.error) {
      const serving = found.mirrors.find(({ error }) => error === undefined)
      if (!serving || found.error.code !== 'FETCH_FAILED') return [refusal(subject, found.error), ...mirrors]
      return [{ ...refusal(subject, found.error, 'warning'), hint: `its mirror ${serving.url} is used` }, ...mirrors]
    }
    return [
      finding('good', subject, `${found.url} answers`),
      ...found.remarks.map((remark) => remarked(subject, remark)),
      ...mirrors,
    ]
  })
}

function mirrorFinding(name: string, { url, error, behind }: ExaminedRepo['mirrors'][number]): Finding {
  const subject = `mirror of ${name}`
  if (error) return refusal(subject, error, 'warning')
  if (behind.length === 0) return finding('good', subject, `${url} answers`)
  const said = `${url} is behind, and passed over, for ${behind.map(quote).join(', ')}`
  return finding('warning', subject, said, 'ask whoever runs it when it is brought up to date')
}

const REMARKS: Readonly<Record<ExaminedRepo['remarks'][number]['kind'], Finding['state']>> = {
  older: 'bad',
  refused: 'bad',
  gone: 'warning',
  withdrawn: 'warning',
}

function remarked(subject: string, { plugin, kind, said }: ExaminedRepo['remarks'][number]): Finding {
  const hint =
    kind === 'older'
      ? 'ask whoever runs the registry: a copy that is behind, or somebody who hides what changed'
      : kind === 'refused'
        ? undefined
        : `look for another version: \`octo update ${plugin}\``
  return finding(REMARKS[kind], subject, kind === 'refused' ? said : `${quote(plugin)} ${said}`, hint)
}

export function clockFinding(examined: readonly ExaminedRepo[]): Finding {
  const said = examined.flatMap(({ name, aheadMs }) => (aheadMs === undefined ? [] : [{ name, aheadMs }]))
  // One server may be wrong itself: this machine is as right as the nearest of them says.
  const [nearest] = said.sort((left, right) => Math.abs(left.aheadMs) - Math.abs(right.aheadMs))
  if (!nearest) return finding('unknown', 'clock', 'no repo said what time it is')
  const apart = Math.abs(nearest.aheadMs)
  if (apart < DOUBTFUL_MS) return finding('good', 'clock', `as that of ${quote(nearest.name)}`)
  const way = nearest.aheadMs > 0 ? 'ahead of' : 'behind'
  return finding(
    apart < WRONG_MS ? 'warning' : 'bad',
    'clock',
    `${formatDuration(apart)} ${way} that of ${quote(nearest.name)}`,
    'set it, for example with `timedatectl set-ntp true`: keys and signatures count by their time',
  )
}
