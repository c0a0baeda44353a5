// The check items of a service, with their arguments in one form, whichever of the two they were written in.
import { parseDuration } from '../../schemas/duration.ts'
import { isNamed } from './config.ts'
import type { InstalledCheck } from './installed-checks.ts'
import type { OperatedService } from './services.ts'

export type OperatedCheck = {
  /** Name of the plugin, without range, and with its repo where that is another than `core`. */
  readonly tool: string
  /** By option, without dashes; a switch has the empty text. What stands without an option is under `''`. */
  readonly options: ReadonlyMap<string, readonly string[]>
  /** Words as they were written, where `args` is a list. */
  readonly words: readonly string[]
  readonly intervalMs?: number
  readonly timeoutMs?: number
  readonly successThreshold: number
  readonly failureThreshold: number
  /** How its plugin can be started in a container, where octo says so. */
  readonly installed?: InstalledCheck
}

type CheckPhase = 'validate' | 'health' | 'init'

const DEFAULT_FAILURES: Readonly<Record<CheckPhase, number>> = { validate: 1, health: 3, init: 1 }

/** Checks that are on, and that run under an operator of one of these names. */
export function checksOf(
  { settings, installed }: OperatedService,
  phase: CheckPhase,
  operators: readonly string[],
): OperatedCheck[] {
  const items = settings[phase]
  if (!Array.isArray(items)) return []
  return items.flatMap((item: unknown, index) => {
    if (!isNamed(item)) return []
    if (item.enabled === false || item.disabled === true || !runsUnder(item.operators, operators)) return []
    const { tool, interval, timeout } = item
    const told = phase === 'health' ? installed.get(index) : undefined
    return [
      {
        tool: nameOf(String(tool)),
        ...argumentsOf(item.args),
        ...milliseconds('intervalMs', interval),
        ...milliseconds('timeoutMs', timeout),
        successThreshold: countOr(item.successThreshold, 1),
        failureThreshold: countOr(item.failureThreshold, DEFAULT_FAILURES[phase]),
        ...(told ? { installed: told } : {}),
      },
    ]
  })
}

/** By the names that it has had. */
const RUN_SERVICE: readonly string[] = ['run-service', 'operator-run', 'run']

/** Whether the check is the service's own program with other words, which the operator runs. */
export function isRunService({ tool }: OperatedCheck): boolean {
  return RUN_SERVICE.includes(tool)
}

/** The words that `run-service` gives to the service. */
export function wordsOfRun({ words, options }: OperatedCheck): readonly string[] {
  return words.length > 0 ? words : (options.get('args') ?? [])
}

function runsUnder(wanted: unknown, operators: readonly string[]): boolean {
  if (wanted === undefined || wanted === null) return true
  return [wanted].flat().some((name) => operators.includes(String(name)))
}

/** `core/check-tcp@^1` is `check-tcp`; that of another repo may ask for more, and no engine knows what. */
function nameOf(tool: string): string {
  return (tool.split('@')[0] ?? '').replace(/^core\//, '')
}

function argumentsOf(args: unknown): Pick<OperatedCheck, 'options' | 'words'> {
  if (Array.isArray(args)) {
    const words = args.map(String)
    return { words, options: grouped(optionsIn(words)) }
  }
  if (!isNamed(args)) return { words: [], options: new Map() }
  const pairs = Object.entries(args).flatMap(([key, value]): (readonly [string, string])[] => {
    if (value === false || value === null) return []
    if (value === true) return [[key, '']]
    return [value].flat().map((one) => [key, String(one)] as const)
  })
  return { words: [], options: grouped(pairs) }
}

function optionsIn(words: readonly string[]): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = []
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    const [, key, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? []
    const next = words[index + 1]
    if (key === undefined) pairs.push(['', word])
    else if (value !== undefined) pairs.push([key, value])
    else if (next === undefined || next.startsWith('--')) pairs.push([key, ''])
    else {
      pairs.push([key, next])
      index += 1
    }
  }
  return pairs
}

function grouped(pairs: readonly (readonly [string, string])[]): Map<string, string[]> {
  const groups = Map.groupBy(pairs, ([key]) => key)
  return new Map([...groups].map(([key, found]) => [key, found.map(([, value]) => value)]))
}

function milliseconds<Key extends string>(key: Key, value: unknown): { [K in Key]?: number } {
  const ms = typeof value === 'string' ? parseDuration(value) : undefined
  return (ms === undefined ? {} : { [key]: ms }) as { [K in Key]?: number }
}

function countOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}
