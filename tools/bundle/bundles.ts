// Which bundles there are, and whether they are as their sources are now.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { SOURCES } from '../../bin/bundle.js'
import { isCurrent } from '../../bin/bundle.js'

export type Bundle = {
  readonly name: keyof typeof SOURCES
  readonly entry: string
  /** Of octo's own modules only these; absent means all. */
  readonly keeps?: readonly RegExp[]
}

/** What commands are: their words, options and examples, how help and mistakes are shown, and what these name. */
const DESCRIPTIONS = [
  /^(?:help|octo|programs)\.ts$/,
  /^terminal\/(?:cell-width|colour|commands|help-layout|left-out|missing-module|options-of-others|output-lost|overview|program|render-error|repeatable|report-error|streams|typed-words|words-of-others|wrap-sentence)\.ts$/,
  /^bin\//,
  /^(?:client|publisher|registry|demo|plugin-test|completion)\/main\.ts$/,
  /^completion\/command-table\.ts$/,
  /^(?:publisher|registry)\/commands\//,
  /^client\/words\//,
  /^operator\/(?:operator-program|[a-z]+-words?|[a-z]+-options|operators\/operator)\.ts$/,
  /^schemas\/(?:address-login|errors|error-codes|nearest-word|quote|shown-address)\.ts$/,
  /^system\/(?:files\/(?:errors|refusal)|source-positions)\.ts$/,
  /^(?:demo\/settings|registry\/limit-names)\.ts$/,
  /^publisher\/project\/(?:init-project|templates)\.ts$/,
]

/** All but what the face of the client loads later: without it, modules are one, and none asks whether another was begun. */
const AT_ONCE = [
  /^(?!client\/(?:create-client|installation\/status|query\/examine|store\/(?:examine-store|shims)|workspace)\.ts$)/,
]

const BUNDLES: readonly Bundle[] = [
  { name: 'octo', entry: 'octo.ts' },
  { name: 'help', entry: 'help.ts', keeps: DESCRIPTIONS },
  { name: 'warm', entry: 'operator/warm/main.ts', keeps: AT_ONCE },
  { name: 'complete', entry: 'completion/tab/main.ts', keeps: AT_ONCE },
]

export function bundlesOf(root: string): Bundle[] {
  return BUNDLES.filter(({ entry }) => existsSync(join(root, entry)))
}

export function areCurrent(root: string): boolean {
  return bundlesOf(root).every(({ name }) => isCurrent(root, name))
}
