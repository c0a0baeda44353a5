// Whether what the config asks for is locked, is here, and finds the runtimes that it needs. Nothing is fetched, and nothing
// run but these, which are asked for their version.
import type { ClientOptions, ExaminedLockfile, PluginOutcome } from '../../client/index.ts'
import { openClient } from '../../client/index.ts'
import { requestsOf } from '../../config/model/requests.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { throwDefect } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { count } from '../../terminal/index.ts'
import { programAt, thisMachine } from '../exec/executable.ts'
import { requireRuntimeVersion } from '../exec/runtime-version.ts'
import type { Finding } from './finding.ts'
import { finding, refusal } from './finding.ts'

/** `asked`: how many plugins the config asks for; without one there is nothing to lock. */
export function lockfileFinding(found: ExaminedLockfile, path: string, asked: number): Finding {
  const subject = 'lockfile'
  if (found.state === 'refused') return refusal(subject, found.error)
  if (found.state === 'absent' && asked === 0) return finding('good', subject, 'none, as the config asks for no plugin')
  if (found.state === 'absent')
    return finding('warning', subject, `there is none at ${path}`, 'write it with `octo lock`')
  const { missing } = found
  if (missing.length === 0) return finding('good', subject, `${path}, ${count(found.count, 'plugin')}`)
  const names = missing.map(quote).join(', ')
  return finding('warning', subject, `${path} does not answer what the config asks of ${names}`, 'run `octo lock`')
}

export async function examinePlugins(options: ClientOptions): Promise<readonly Finding[]> {
  const { config } = options
  const requests = requestsOf(config)
  const optional = new Set<string>(config.pins.flatMap((pin) => (pin.optional ? [pin.plugin] : [])))
  await using client = await openClient({ ...options, offline: true, frozen: true })
  const outcomes = await client.provide(requests)
  return requests.map(({ plugin }, index) =>
    pluginFinding(plugin, outcomes[index] as PluginOutcome, optional.has(plugin)),
  )
}

function pluginFinding(plugin: string, outcome: PluginOutcome, isOptional: boolean): Finding {
  const subject = `plugin ${plugin}`
  if (outcome.state !== 'done') return failed(subject, outcome.error, isOptional)
  const executable = outcome.value
  try {
    const { file } = programAt({ ...executable, plugin }, thisMachine(requireRuntimeVersion))
    const by = file === executable.path ? '' : `, run by ${file}`
    return finding('good', subject, `${executable.version} is here and proven${by}`)
  } catch (error) {
    throwDefect(error)
    return refusal(subject, error)
  }
}

function failed(subject: string, error: CodedError, isOptional: boolean): Finding {
  if (error.code === 'OFFLINE') return finding('warning', subject, 'is not installed yet', 'run `octo install`')
  const isUnlocked = ['LOCK_MISSING', 'LOCK_OUT_OF_DATE'].includes(error.code)
  if (isUnlocked) return finding('warning', subject, 'is not locked yet', 'run `octo lock`')
  return refusal(subject, error, isOptional ? 'warning' : 'bad')
}
