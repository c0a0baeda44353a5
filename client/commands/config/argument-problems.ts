// Arguments of checks that do not fit the schemas of their plugins, as far as releases are locked and on this machine: nobody is asked
// and nothing is installed for it. What is not known here is checked before the check runs.
import { existsSync } from 'node:fs'
import type { CheckItem, OctoConfig } from '../../../config/model/config.ts'
import { PHASES } from '../../../config/model/config.ts'
import { RUN_SERVICE } from '../../../config/model/plugin-request.ts'
import { pinned } from '../../../config/model/requests.ts'
import { fitArguments } from '../../../config/validate-arguments.ts'
import type { CodedError } from '../../../schemas/errors.ts'
import { coded, isCoded } from '../../../schemas/errors.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import { quote } from '../../../schemas/quote.ts'
import { createClient } from '../../create-client.ts'
import { hostPlatform } from '../../host-platform.ts'
import { lockPathOf } from '../../lockfile/lock-path.ts'
import { sharedRootOf, storeRootOf } from '../../store/root.ts'

type Place = { readonly cwd: string; readonly env: NodeJS.ProcessEnv }

/** One for each argument, with the place of its check. */
export async function argumentProblems(config: OctoConfig, place: Place): Promise<readonly CodedError[]> {
  const items = config.services.flatMap(({ enabled, checks }) =>
    enabled ? PHASES.flatMap((phase) => checks[phase]) : [],
  )
  const asked = items.filter(({ enabled, request }) => enabled && request.plugin !== RUN_SERVICE)
  const manifests = await knownManifests(asked, config, place)
  const found = await Promise.all(asked.map((item, index) => problemsOf(item, manifests[index])))
  return found.flat()
}

async function knownManifests(
  items: readonly CheckItem[],
  config: OctoConfig,
  { cwd, env }: Place,
): Promise<readonly (ReleasedManifest | undefined)[]> {
  const lockPath = lockPathOf(config.files[0] ?? '', cwd)
  if (items.length === 0 || !existsSync(lockPath)) return []
  const sharedRoot = sharedRootOf(env)
  try {
    await using client = await createClient({
      config,
      lockPath,
      storeRoot: storeRootOf(env),
      platform: hostPlatform(),
      env,
      frozen: true,
      offline: true,
      sharedRoot,
    })
    const settled = await client.manifests(items.map(({ request }) => pinned(request, config.pins)))
    return settled.map((one) => (one.state === 'done' ? one.value : undefined))
  } catch (error) {
    if (isCoded(error)) return []
    throw error
  }
}

async function problemsOf(item: CheckItem, manifest: ReleasedManifest | undefined): Promise<readonly CodedError[]> {
  if (!manifest) return []
  const { plugin } = item.request
  const { problems } = await fitArguments(item.arguments, { plugin, schema: manifest.arguments })
  return problems.map(({ text }) =>
    coded('ARGUMENTS_INVALID', {
      message: `arguments of ${quote(plugin)}: ${text}`,
      details: { plugin, ...item.place },
      hint: `\`octo info ${plugin}\` shows the arguments`,
    }),
  )
}
