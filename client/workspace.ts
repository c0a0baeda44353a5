// What every command that works on a config starts with: the config and its warnings, and where lockfile and store are.
import { join } from 'node:path'
import type { AskPrompt } from '../config/ask-prompts.ts'
import type { ConfigWarning } from '../config/document/warnings.ts'
import { loadWholeConfig } from '../config/load-config.ts'
import type { OctoConfig } from '../config/model/config.ts'
import type { EffectiveTree } from '../config/model/effective-tree.ts'
import { parsePlatformInput } from '../schemas/platform.ts'
import { printable } from '../schemas/quote.ts'
import type { ClientOptions } from './api.ts'
import { hostPlatform } from './host-platform.ts'
import { lockPathOf } from './lockfile/lock-path.ts'
import { sharedRootOf, storeRootOf } from './store/root.ts'

/** As a command line gives them. */
export type WorkspaceFlags = {
  readonly config?: readonly string[] | undefined
  readonly platform?: string | undefined
  readonly frozen?: boolean | undefined
  readonly offline?: boolean | undefined
  readonly lock?: string | undefined
  /** Repos that say nothing about trust are run without proof, with a warning each time. */
  readonly insecure?: boolean | undefined
}

export type WorkspacePlace = {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Unknown keys of the config are errors, as they always are with `frozen` and in CI. */
  readonly strict?: boolean
  /** Arguments of a check that cannot be rendered are a problem of that check alone, and no error. */
  readonly keepsUnrendered?: boolean | undefined
  /** Told what the config warns of, safe to print. */
  readonly warn: (line: string) => void
  /** Asks a person for the values of `prompts`; absent where nobody can be asked. */
  readonly ask?: AskPrompt | undefined
  /** Told what is waited for, when that takes a while. */
  readonly onWait: (line: string) => void
  /** Local documents that are not on the disk yet, by path. */
  readonly texts?: ReadonlyMap<string, string> | undefined
}

export type Workspace = {
  readonly config: OctoConfig
  /** Everything that the documents say, for operators; throws CONFIG_INVALID. */
  readonly effective: () => EffectiveTree
  /** Puts the files that the config brings for services where they find them; gives what is to be warned of. */
  readonly writeFiles: () => Promise<readonly string[]>
  /** Absolute path of the first config; a URL when it is not local. */
  readonly configPath: string
  /** For openClient, to which the caller adds where the client reports. */
  readonly options: ClientOptions
}

/** Throws what loadWholeConfig throws, PLATFORM_INVALID, or IO_FAILED where no folder for the store is known. */
export async function openWorkspace(flags: WorkspaceFlags, place: WorkspacePlace): Promise<Workspace> {
  const { cwd, env, warn, ask, onWait } = place
  const offline = flags.offline === true
  const frozen = flags.frozen === true
  const strict = place.strict === true || frozen
  const { config, effective, writeFiles } = await loadWholeConfig({
    paths: flags.config ?? [],
    cwd,
    env,
    offline,
    strict,
    insecure: flags.insecure,
    keepsUnrendered: place.keepsUnrendered,
    copiesFolder: () => configCopiesIn(env),
    ask,
    onWait,
    texts: place.texts,
  })
  warnOfConfig(config.warnings, warn)
  const configPath = config.files[0] ?? ''
  const sharedRoot = sharedRootOf(env)
  const options: ClientOptions = {
    config,
    lockPath: lockPathOf(configPath, cwd, flags.lock),
    storeRoot: storeRootOf(env),
    sharedRoot,
    platform: flags.platform === undefined ? hostPlatform() : parsePlatformInput(flags.platform),
    frozen,
    offline,
    env,
  }
  return { config, effective, writeFiles, configPath, options }
}

/** The folder of copies of fetched configs: a machine that takes the store with it has them too. */
export function configCopiesIn(env: NodeJS.ProcessEnv): string {
  return join(storeRootOf(env), 'configs')
}

/** One line for each, safe to print. */
export function warnOfConfig(warnings: readonly ConfigWarning[], warn: (line: string) => void): void {
  for (const { file, line, message } of warnings)
    warn(`${printable(file, 500)}${line === undefined ? '' : `:${line}`}: ${printable(message, 500)}`)
}
