// The lines that begin a check with a plugin: a part of a config that can be pasted, with the arguments that the plugin's schema requires.
import { stringify } from 'yaml'
import { exampleArguments } from './example-arguments.ts'
import type { ReleasedManifest } from './manifest.ts'
import { CHECK_CONTRACTS } from './manifest.ts'
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

const PHASES = ['preflight', 'health', 'init']
/** Undefined for what is no check. */
export function checkSnippet(snippet: Snippet): string | undefined {
  const { name, version, manifest, service = 'my-service' } = snippet
  if (!isCheck(manifest)) return undefined
  const { category = '' } = manifest
  const args = exampleArguments(manifest.arguments)
  const check = {
    tool: snippet.tool ?? `${name}@${isPrerelease(version) ? version : `^${version}`}`,
    ...(Object.keys(args).length > 0 ? { args } : {}),
  }
  const phase = PHASES.includes(category) ? category : 'health'
  return stringify({ operator: { services: { [service]: { [phase]: [check] } } } }, { lineWidth: 0 })
}

export function isCheck({ kind, protocol, output }: ReleasedManifest): boolean {
  return kind === 'tool' && protocol === 'exec' && CHECK_CONTRACTS.some((contract) => contract === output)
}
