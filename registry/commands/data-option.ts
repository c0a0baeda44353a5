// `--data DIR`, and the data directory opened for one command, beside a server that may be running.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { coded, isCoded, withHint } from '../../schemas/errors.ts'
import { nearestWord } from '../../schemas/nearest-word.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import type { RegistryDeps } from '../context.ts'
import { holdsRegistry, makeDataFolder } from '../data-dir/folder.ts'

export type DataOption = { readonly data: string }

export function withDataOption(command: Command): Command {
  return command.requiredOption('--data <dir>', 'data directory of the registry')
}

type DataUse = DataOption & {
  /** Whether a directory without a registry is made into one. */
  readonly create?: boolean
  /** Whether it looks at data of which rows may be missing, as it tells of that itself. */
  readonly evenCut?: boolean
}

/**
 * Throws FILE_NOT_FOUND for a directory that holds no registry, IO_FAILED for one that this user may not use, DATA_DIR_CORRUPT for one of
 * which rows may be missing.
 */
export async function withData<T>(
  { data, create = false, evenCut = false }: DataUse,
  act: (deps: RegistryDeps) => Promise<T> | T,
): Promise<T> {
  const dataDir = resolve(data)
  if (!create) requireRegistry(data)
  const [{ openDeps }, { registrySettings }, { noteAuditHead }, { requireWholeLog }, { pino }] = await Promise.all([
    import('../open-registry.ts'),
    import('../settings.ts'),
    import('../witness/audit-head.ts'),
    import('../witness/missing-rows.ts'),
    import('pino'),
  ])
  makeDataFolder(dataDir)
  const config = registrySettings({ dataDir, baseUrl: 'http://127.0.0.1' })
  const deps = await openDeps({ config, logger: pino({ enabled: false }), clock: Date.now, existing: !create })
  try {
    if (!evenCut) await requireWholeLog(deps)
    const result = await act(deps)
    await noteAuditHead(deps.metadata.audit, dataDir)
    return result
  } catch (error) {
    throw await forOwner(error, data, deps)
  } finally {
    await deps.metadata.close()
  }
}

/** Throws FILE_NOT_FOUND for a directory that holds no registry, IO_FAILED for one that this user may not use. */
export function requireRegistry(data: string): void {
  const dataDir = resolve(data)
  if (holdsRegistry(dataDir)) return
  throw coded('FILE_NOT_FOUND', {
    message: `there is no registry in ${quote(dataDir)}`,
    details: { dataDir },
    hint: `if there should be, look whether its disk is mounted; \`octo registry repo create NAME --key FILE --data ${shellWord(data)}\` makes a new one`,
  })
}

/** The same error to whoever has the data at hand: with the folder that was named, and the repo that was meant. */
async function forOwner(error: unknown, data: string, { metadata }: RegistryDeps): Promise<unknown> {
  if (!isCoded(error)) return error
  const { repo } = error.details
  const meant =
    error.code === 'REPO_NOT_FOUND' && typeof repo === 'string'
      ? nearestWord(repo, await metadata.repos.list())
      : undefined
  const typed = shellWord(data)
  const hint =
    meant === undefined
      ? error.ownersHint?.(typed)
      : `did you mean ${quote(meant)}? \`octo registry repo list --data ${typed}\` shows those that exist`
  return hint === undefined ? error : withHint(error, hint)
}
