// The lines that begin a check with a plugin: a part of a config that can be pasted, with the arguments that the plugin's schema requires.
import { stringify } from 'yaml'
import { exampleArguments } from './example-arguments.ts'
import type { ReleasedManifest } from './manifest.ts'
import { CHECK_CONTRACTS } from './manifest.ts'
import { quote } from './quote.ts'
import type { Version } from './version.ts'
import { isPrerelease } from './version.ts'

type Snippet = {
  /** As a config names it: `check-tcp`, or `core/check-tcp` where several repos have one. */
  readonly name: string
  readonly version: Version
  readonly manifest: ReleasedManifest
  /** Asked for as it is, in place of the range that begins with the version. */
  readonly tool?: string
  /** To be replaced by whoever copies it. */
  readonly service?: string
}

const MAX_NAMED = 10
const PHASES = ['preflight', 'health', 'init']
/** Undefined for what is no check. */
export function checkSnippet(snippet: Snippet): string | undefined {
  const { name, version, manifest, service = 'my-service' } = snippet
  if (!isCheck(manifest)) return undefined
  const { category = '' } = manifest
  const { values: args, open } = exampleArguments(manifest.arguments)
  const check = {
    tool: snippet.tool ?? `${name}@${isPrerelease(version) ? version : `^${version}`}`,
    ...(Object.keys(args).length > 0 ? { args } : {}),
  }
  const phase = PHASES.includes(category) ? category : 'health'
  const yaml = stringify({ operator: { services: { [service]: { [phase]: [check] } } } }, { lineWidth: 0 })
  return `${noteOn(open)}${yaml}`
}

/** A comment, which nothing of the plugin's author can leave. */
function noteOn(open: readonly string[]): string {
  const named = open.filter((name) => !name.includes('{{')).map(quote)
  return open.length === 0
    ? ''
    : `# choose a value that fits: ${named.slice(0, MAX_NAMED).join(', ') || 'the arguments'}\n`
}

export function isCheck({ kind, protocol, output }: ReleasedManifest): boolean {
  return kind === 'tool' && protocol === 'exec' && CHECK_CONTRACTS.some((contract) => contract === output)
}
