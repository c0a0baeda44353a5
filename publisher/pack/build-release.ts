// plugin.yaml → commands → artifacts → dist/release.json.
import { realpath, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { coded, isCoded } from '../../schemas/errors.ts'
import { stableJson } from '../../schemas/json.ts'
import type { Platform } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { requireAccess } from '../../system/files/refusal.ts'
import type { Progress } from '../../terminal/index.ts'
import { distHolds } from '../dist-folder/check-dist.ts'
import type { ReleaseDraft } from '../dist-folder/release-file.ts'
import { findDraft, writeDraft } from '../dist-folder/release-file.ts'
import type { Project } from '../project/read-project.ts'
import { planArtifact } from './artifact-plan.ts'
import { epochSeconds } from './epoch-seconds.ts'
import type { OnIdle, OnNeeds } from './pack-artifact.ts'
import { packArtifact } from './pack-artifact.ts'
import { removePartials } from './partial-file.ts'
import { planCommands } from './plan-commands.ts'
import { runCommand } from './run-command.ts'
import type { SecretFind } from './secret-scan.ts'
import { refuseSecrets } from './secret-scan.ts'

type BuildRequest = {
  readonly project: Project
  /** Folder for the artifacts; made when missing. */
  readonly out: string
  /** Only these; all of plugin.yaml when absent. */
  readonly platforms?: readonly Platform[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Variables of `env` that build commands may see beyond the usual ones, by name. */
  readonly passEnv?: readonly string[]
  readonly onLine?: (line: string) => void
  readonly progress?: Progress | undefined
  readonly onNeeds?: OnNeeds
  /** Told once, however many platforms have them. */
  readonly onIdle?: OnIdle
}

/** Builds and describes; what was not asked for is kept from an earlier build of the same release. */
export async function buildRelease(request: BuildRequest): Promise<ReleaseDraft> {
  const { manifest, released } = request.project
  const platforms = selectPlatforms(request)
  const out = await prepareOut(request.out)
  removePartials(out)
  const context = {
    dir: request.project.dir,
    env: request.env,
    passEnv: request.passEnv,
    onLine: request.onLine ?? (() => undefined),
  }
  for (const command of planCommands(manifest, platforms)) await runCommand(command, context)
  const built = await packAll(request, platforms, out)
  const draft: ReleaseDraft = {
    ...(manifest.repo ? { repo: manifest.repo } : {}),
    plugin: manifest.name,
    version: manifest.version,
    manifest: released,
    platforms: built,
  }
  const whole = await withEarlier(draft, request, out)
  await writeDraft(out, whole)
  return whole
}

/** Throws NO_MATCHING_PLATFORM for one that plugin.yaml does not have. */
export function selectPlatforms({ project, platforms }: Pick<BuildRequest, 'project' | 'platforms'>): Platform[] {
  const offered = (Object.keys(project.manifest.platforms) as Platform[]).sort()
  if (!platforms || platforms.length === 0) return offered
  const missing = platforms.find((platform) => !offered.includes(platform))
  if (missing)
    throw coded('NO_MATCHING_PLATFORM', {
      message: `plugin.yaml has no platform \`${missing}\`, it names ${offered.map((key) => `\`${key}\``).join(', ')}`,
      details: { platform: missing, platforms: offered },
    })
  return offered.filter((platform) => platforms.includes(platform))
}

/** Asked before the commands run: a build may take minutes. */
async function prepareOut(path: string): Promise<string> {
  const out = resolve(path)
  const hint = 'name a folder that you may write with `--out DIR`'
  try {
    makeFolder(out)
    requireAccess(out, hint)
  } catch (cause) {
    if (isCoded(cause)) throw cause
    throw coded('IO_FAILED', { message: `the output folder ${quote(out)} cannot be made`, hint, cause })
  }
  return realpath(out)
}

async function packAll(request: BuildRequest, platforms: readonly Platform[], out: string) {
  const { manifest, dir } = request.project
  const finds: SecretFind[] = []
  const idle = new Set<string>()
  const context = {
    dir,
    out,
    epochSeconds: epochSeconds(request.env.SOURCE_DATE_EPOCH),
    finds,
    progress: request.progress,
    onNeeds: request.onNeeds,
    onIdle: (paths: readonly string[]) => {
      for (const path of paths) idle.add(path)
    },
  }
  const built: Record<Platform, ReleaseArtifact> = {}
  for (const platform of platforms) {
    built[platform] = await packArtifact(planArtifact(manifest, platform), context)
  }
  try {
    refuseSecrets(finds, manifest.allowSecrets)
  } catch (error) {
    await Promise.all(Object.values(built).map(({ file }) => rm(join(out, file), { force: true })))
    throw error
  }
  if (idle.size > 0) request.onIdle?.([...idle])
  return built
}

/** A build of some platforms completes what stands in dist of the very same release, so that several jobs can share it. */
async function withEarlier(draft: ReleaseDraft, { platforms, project }: BuildRequest, out: string) {
  if (!platforms || platforms.length === 0) return draft
  const earlier = await findDraft(out).catch(() => undefined)
  if (!earlier || stableJson({ ...earlier, platforms: {} }) !== stableJson({ ...draft, platforms: {} })) return draft
  const kept: Record<Platform, ReleaseArtifact> = {}
  for (const [platform, artifact] of Object.entries(earlier.platforms) as [Platform, ReleaseArtifact][])
    if (project.manifest.platforms[platform] && (await distHolds(out, artifact))) kept[platform] = artifact
  return { ...draft, platforms: { ...kept, ...draft.platforms } }
}
