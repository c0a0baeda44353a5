// The lines that begin to use a plugin: a part of a config that can be pasted, with the arguments that the plugin's schema requires.
import { stringify } from 'yaml'
import { exampleArguments } from './arguments/example.ts'
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
  const { args, open } = argumentsOf(manifest)
  const check = { tool: snippet.tool ?? asked(name, version), ...args }
  const phase = PHASES.includes(category) ? category : 'health'
  return `${noteOn(open)}${yamlOf({ services: { [service]: { [phase]: [check] } } })}`
}

/** Of a notifier, or of a source of secrets for all services that say `secrets: true`; undefined for what is neither. */
export function supervisorSnippet({ name, version, manifest }: Snippet): string | undefined {
  const { kind, protocol, output } = manifest
  if (kind !== 'tool' || protocol !== 'exec') return undefined
  const { args, open } = argumentsOf(manifest)
  const plugin = asked(name, version)
  if (output === 'notify/v1') return `${noteOn(open)}${yamlOf({ notifications: [{ notifier: plugin, ...args }] })}`
  if (output === 'secret/v1') return `${noteOn(open)}${yamlOf({ secrets: { tool: plugin, ...args } })}`
  return undefined
}

function asked(name: string, version: Version): string {
  return `${name}@${isPrerelease(version) ? version : `^${version}`}`
}

function argumentsOf({ arguments: schema }: ReleasedManifest) {
  const { values, open } = exampleArguments(schema)
  return { args: Object.keys(values).length > 0 ? { args: values } : {}, open }
}

function yamlOf(operator: Readonly<Record<string, unknown>>): string {
  return stringify({ operator }, { lineWidth: 0 })
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
