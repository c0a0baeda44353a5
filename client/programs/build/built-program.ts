// A program that is built on this machine from one commit of a repository. Only a local config asks for it, and says in words that it may
// be; what was built once is kept by its digest, and proven before each start as everything is.
import { join } from 'node:path'
import type { GitSource } from '../../../config/model/program-source.ts'
import { HOUR_MS } from '../../../schemas/duration.ts'
import { coded, isCoded } from '../../../schemas/errors.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { quote } from '../../../schemas/quote.ts'
import { takeLock } from '../../../system/process-lock.ts'
import type { ClientContext } from '../../context.ts'
import { hostPlatform } from '../../host-platform.ts'
import { STORE_DISK } from '../../store/disk.ts'
import type { MadeProgram } from '../../store/made-programs.ts'
import { keyOfMaking, madeBefore, noteMade } from '../../store/made-programs.ts'
import { proveKept } from '../keep-program.ts'
import type { BroughtProgram } from '../kept-program.ts'
import { openBuildPlace } from './build-place.ts'
import { checkOut, commitOf, isCommit } from './git-commands.ts'
import { runBuild } from './run-build.ts'

/** Another build may take as long as a config lets one take. */
const LONGEST_WAIT_MS = 4 * HOUR_MS

/** Throws SOURCE_UNPINNED, BUILD_REFUSED, BUILD_FAILED, OFFLINE, LIMIT_EXCEEDED, and what git and trust/ mean by their refusals. */
export async function provideBuilt(
  source: GitSource,
  service: string,
  context: ClientContext,
): Promise<BroughtProgram> {
  if (!isCommit(source.ref)) throw await unpinned(source, context)
  // Also where it is built already: another config that said yes has not said it for this one.
  requireConsent(source, service)
  const { layout, platform, report } = context
  const { ref, build, binary } = source
  const key = keyOfMaking({ commit: ref, build, binary, platform })
  const origin = originOf(source)
  const prove = async (made: MadeProgram<unknown> | undefined) =>
    made && (await proveKept({ name: origin, digest: made.digest, file: made.file, platform }, context))
  const before = await prove(madeBefore(layout, key))
  if (before) return { ...before, origin }
  if (platform !== hostPlatform()) throw otherPlatform(service, context)
  if (context.network.offline) await context.network.http(origin)
  using _lock = await takeLock({
    path: layout.makingLock,
    mode: 'exclusive',
    subject: `the build of ${service}`,
    ...STORE_DISK,
    timeoutMs: LONGEST_WAIT_MS,
    onWait: report.waiting,
  })
  // Whoever held the lock before has probably built it.
  const meanwhile = await prove(madeBefore(layout, key))
  if (meanwhile) return { ...meanwhile, origin }
  const made = await make(source, service, context)
  const built = await prove(made)
  if (!built) throw coded('STORE_CORRUPT', { message: `what was just built for service ${quote(service)} is gone` })
  noteMade(layout, key, made)
  return { ...built, origin }
}

async function make(source: GitSource, service: string, context: ClientContext): Promise<MadeProgram<null>> {
  const { layout, env, report } = context
  using place = openBuildPlace(layout, env)
  report.waiting?.(`service ${quote(service)} is built from ${originOf(source)}`)
  const folder = join(place.folder, 'source')
  await checkOut(source, folder, place)
  return { ...(await runBuild({ source, service, folder }, place, layout)), more: null }
}

function originOf({ repo, ref }: GitSource): string {
  return `${repo}#${ref}`
}

/** A document from elsewhere cannot say it: nothing of a source is read from one. */
function requireConsent(source: GitSource, service: string): void {
  if (source.isAllowed) return
  const commands = source.build.map((words) => quote(words.join(' '))).join(', ')
  throw coded('BUILD_REFUSED', {
    message: `service ${quote(service)} is what is built here from ${quote(originOf(source))}, by ${commands.slice(0, 1000)}, and its config does not allow that`,
    details: { service, repo: source.repo, commit: source.ref },
    hint: 'commands of the source run as your user: if you trust that commit, write `allowBuild: true` beside its `ref` in a local config',
  })
}

function otherPlatform(service: string, { platform }: ClientContext): Error {
  return coded('NO_MATCHING_PLATFORM', {
    message: `service ${quote(service)} is built from source, which octo does for this machine alone, not for \`${platform}\``,
    details: { service, platform },
  })
}

/** With the commit to pin, where the repository says it. */
async function unpinned(source: GitSource, context: ClientContext): Promise<Error> {
  const { repo, ref } = source
  const commit = context.network.offline ? undefined : await commitNow(source, context)
  const means = commit === undefined ? '' : `; it is \`${commit}\` now`
  return coded('SOURCE_UNPINNED', {
    message: `${quote(ref)} of ${quote(repo)} is no commit, and may be another one tomorrow${means}`,
    details: { repo, ref, ...omitUndefined({ commit }) },
    hint:
      commit === undefined
        ? 'write the whole commit: `git ls-remote URL` lists what branches and tags are now'
        : `if that is the one that you want, write \`ref: ${commit}\` into the local config`,
  })
}

async function commitNow(source: GitSource, { layout, env }: ClientContext): Promise<string | undefined> {
  try {
    using place = openBuildPlace(layout, env)
    return await commitOf(source, place)
  } catch (error) {
    if (isCoded(error) && error.code !== 'INTERRUPTED') return undefined
    throw error
  }
}
