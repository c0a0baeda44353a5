// `octo link`: shims that run proven plugins without starting octo.
import { join } from 'node:path'
import type { PluginOutcome } from '../../client/index.ts'
import { openShimRecords, storeRootOf } from '../../client/index.ts'
import { parsePluginRequest } from '../../config/model/plugin-request.ts'
import { pinned } from '../../config/model/requests.ts'
import { coded } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote } from '../../schemas/quote.ts'
import type { Terminal } from '../../terminal/index.ts'
import { checkShims } from '../link/check-shims.ts'
import { requireShimFolder } from '../link/folder.ts'
import { openLinking } from '../link/open-linking.ts'
import type { PlannedShim } from '../link/plan-shim.ts'
import { planShim } from '../link/plan-shim.ts'
import { refuseForeign, writeShim } from '../link/shim-file.ts'
import type { SessionOptions } from '../operator-session.ts'
import { openSession } from '../operator-session.ts'

export type LinkOptions = SessionOptions & { readonly to?: string; readonly check?: string }

export async function linkCommand(words: readonly string[], options: LinkOptions, terminal: Terminal): Promise<number> {
  const place = { terminal, cwd: process.cwd(), env: process.env }
  if (options.check !== undefined) {
    if (words.length > 0 || options.to !== undefined) throw usage('`--check` stands alone with its folder')
    const folder = requireShimFolder(options.check, place.cwd, 'name the folder that `octo link --to` was given')
    return checkShims(folder, { records: await openShimRecords(storeRootOf(place.env)), env: place.env, terminal })
  }
  if (options.to === undefined) throw usage('a folder for the shims is needed, `--to DIR`')
  if (words.length === 0) throw usage('a plugin to link is needed')
  const folder = requireShimFolder(options.to, place.cwd)
  const targets = targetsOf(words, folder)
  for (const { path } of targets) refuseForeign(path)
  const planned = await plan(targets, options, place)
  const records = await openShimRecords(storeRootOf(place.env))
  for (const { record } of planned) await writeShim(records, record)
  show(planned, folder, terminal)
  return 0
}

type Target = { readonly request: string; readonly path: string }

function targetsOf(words: readonly string[], folder: string): readonly Target[] {
  const targets = words.map((request) => ({ request, path: join(folder, parsePluginRequest(request).plugin) }))
  const twice = targets.find(({ path }, at) => targets.findIndex((other) => other.path === path) !== at)
  if (twice) throw usage(`two of the plugins would be ${quote(twice.path)}`)
  return targets
}

/** All of them before one is written. */
async function plan(targets: readonly Target[], options: LinkOptions, place: Parameters<typeof openSession>[1]) {
  await using session = await openSession(options, place)
  const linking = openLinking(session, options, place)
  const requests = targets.map(({ request }) => pinned(parsePluginRequest(request), session.config.pins))
  const outcomes = await session.provide(requests)
  const planned: PlannedShim[] = []
  for (const [at, target] of targets.entries())
    planned.push(await planShim(linking, { ...target, executable: provided(outcomes[at], target) }))
  return planned
}

function provided(outcome: PluginOutcome | undefined, { request }: Target) {
  if (!outcome) throw coded('INTERNAL', { message: `the client gave nothing for ${quote(request)}` })
  if (outcome.state === 'failed') throw outcome.error
  return outcome.value
}

function show(planned: readonly PlannedShim[], folder: string, terminal: Terminal): void {
  terminal.result({
    json: {
      folder,
      linked: planned.map(({ record: { path, plugin, version }, slow }) => {
        return { path, plugin, version, ...omitUndefined({ slow }) }
      }),
    },
    text: () =>
      planned
        .map(({ record: { path, plugin, version }, slow }) =>
          slow === undefined
            ? `${path}  ${plugin} ${version}`
            : `${path}  ${plugin} ${version}, by octo each time: ${slow}`,
        )
        .join('\n'),
  })
}

function usage(message: string): Error {
  return coded('USAGE', { message, hint: 'run `octo link --help`' })
}
