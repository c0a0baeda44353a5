// Reads a config for a command: from disk, and where it includes web documents, over the client's own network code.
import { settled } from '../system/async/limit.ts'
import type { AskPrompt } from './ask-prompts.ts'
import { refuseUnknownKeys } from './document/unknown-keys.ts'
import type { OnProblem } from './document/warnings.ts'
import { isUnattended } from './find/unattended.ts'
import { hintToValidate, withHintsToValidate } from './hint-to-validate.ts'
import type { FetchedSide } from './include/fetch-documents.ts'
import { openFetcher } from './include/fetch-documents.ts'
import type { ConfigDeps, WholeConfig } from './read-config.ts'
import { readWholeConfig } from './read-config.ts'
import { foundTrustedKeysPath } from './trusted-keys/trusted-keys-path.ts'

export type LoadConfigOptions = {
  /** As `--config` gives them, first one strongest; none means the default file of `cwd`. */
  readonly paths?: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** No socket is opened; a web include of which there is no copy is then an OFFLINE error. */
  readonly offline?: boolean
  /** For who compares configs: what of the fetched documents is taken, see openFetcher. */
  readonly side?: FetchedSide
  /** Address of a document that is left away with all that it includes; CONFIG_NOT_FOUND where none includes it. */
  readonly without?: string | undefined
  /** Local documents that are not on the disk yet, by path. */
  readonly texts?: ReadonlyMap<string, string> | undefined
  /** A fetched document counts that was signed before the one that was used last. */
  readonly acceptsOlder?: boolean | undefined
  /** Unknown keys are errors, as they are in CI: what a typo switches off would pass unseen. */
  readonly strict?: boolean
  /** Repos that say nothing about trust are taken as `trust: unsigned`, with its warning. */
  readonly insecure?: boolean | undefined
  /** Never errors, for who shows them with everything else. */
  readonly unknownKeys?: 'warn'
  /** Arguments of a check that cannot be rendered are a problem of that check alone, and no error. */
  readonly keepsUnrendered?: boolean | undefined
  /** Told of every problem, as `octo config validate` shows them; absent, the first one is thrown. */
  readonly onProblem?: OnProblem | undefined
  /** Asks a person for the values of `prompts`; absent where nobody can be asked. */
  readonly ask?: AskPrompt | undefined
  /** Where copies of fetched documents are kept; nowhere when absent. Asked for only when a document is fetched. */
  readonly copiesFolder?: () => string
  /** Told what is waited for, when that takes a while. */
  readonly onWait?: ((line: string) => void) | undefined
}

/** With all that the documents hold for operators. Throws CONFIG_NOT_FOUND, CONFIG_INVALID, YAML_INVALID, LIMIT_EXCEEDED, OFFLINE or a FETCH error. */
export async function loadWholeConfig(options: LoadConfigOptions): Promise<WholeConfig> {
  const { paths = [], cwd, env, offline, strict, insecure, onProblem, unknownKeys } = options
  using fetcher = openFetcher({ ...options, offline: offline === true })
  const deps: ConfigDeps = {
    cwd,
    env,
    insecure,
    ask: options.ask,
    without: options.without,
    trustedKeysPath: foundTrustedKeysPath(env),
    acceptsOlder: options.acceptsOlder,
    texts: options.texts,
    fetchText: fetcher.fetchText,
    onProblem,
    keepsUnrendered: options.keepsUnrendered,
  }
  const read = await settled(() => readWholeConfig(paths, deps))
  if (read.state === 'failed') throw hintToValidate(read.error, paths)
  const whole = { ...read.value, config: withHintsToValidate(read.value.config, paths) }
  if (unknownKeys !== 'warn' && (strict === true || isUnattended(env))) refuseUnknownKeys(whole.config.warnings)
  return { ...whole, writeFiles: () => writeFiles(whole, options) }
}

/** An operator may be started long after the config was read. */
async function writeFiles(whole: WholeConfig, options: LoadConfigOptions): Promise<readonly string[]> {
  using fetcher = openFetcher({ ...options, offline: options.offline === true })
  return await whole.writeFiles(fetcher.fetchText)
}
