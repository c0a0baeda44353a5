// One plugin project, from its folder to a published version.
import { join } from 'node:path'
import type { Name } from '../../schemas/name.ts'
import { releaseName } from '../../schemas/release-name.ts'
import type { ReleasePredicate } from '../../schemas/release-statement.ts'
import type { VersionStanding } from '../../schemas/version-notes.ts'
import { standingOf, versionNotes } from '../../schemas/version-notes.ts'
import { pluginDocumentPath } from '../../static-tree/paths.ts'
import type { Connection } from '../../system/http/connection.ts'
import type { Progress, Terminal } from '../../terminal/index.ts'
import { count, formatBytes } from '../../terminal/index.ts'
import { checkDist, requireCurrent } from '../dist-folder/check-dist.ts'
import type { ReleaseDraft } from '../dist-folder/release-file.ts'
import { chooseRepo, readDraft } from '../dist-folder/release-file.ts'
import { buildRelease } from '../pack/build-release.ts'
import { idleScriptsNote } from '../pack/idle-scripts.ts'
import type { Project } from '../project/read-project.ts'
import { readProject } from '../project/read-project.ts'
import type { ReleaseSigner } from '../sign/release-signer.ts'
import { requireVersion } from './expected-version.ts'
import type { PublishStage } from './interruption.ts'
import { publishRelease } from './publish-release.ts'
import type { Shown } from './published-version.ts'
import { findPublished, requireSameRelease } from './published-version.ts'
import { showStages } from './shown-stages.ts'
import { verifyPublished } from './verify-published.ts'

type ProjectRequest = {
  readonly dir: string
  readonly out?: string
  readonly build: boolean
  readonly dryRun: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** Names of variables that build commands may see. */
  readonly passEnv?: readonly string[] | undefined
  readonly repo: Name | undefined
  readonly signer: ReleaseSigner
  /** What plugin.yaml must say, where the caller knows it from a tag. */
  readonly expectVersion?: string | undefined
  readonly connection: Connection
  readonly terminal: Terminal
  /** Told what runs now and of which release. */
  readonly onStage: (stage: PublishStage, release: string) => void
}

export type PublishReport = {
  readonly repo: Name
  readonly plugin: Name
  readonly version: string
  /** `planned` with `--dry-run`. */
  readonly state: 'published' | 'unchanged' | 'planned'
  /** What the registry says of a version that was there before: whether it is offered, and why not. */
  readonly standing?: VersionStanding
  readonly signer: string
  /** Address of the plugin document. */
  readonly document: string
  readonly serial?: number
  /** What is chosen where no version is asked for; not known with `--dry-run`. */
  readonly isNewest?: boolean
  readonly publishedAt?: string
  readonly uploadedBytes: number
  readonly artifacts: readonly { platform: string; file: string; digest: string; size: number }[]
}

export async function publishProject(request: ProjectRequest): Promise<PublishReport> {
  const { signer, connection, terminal } = request
  const project = await readProject(request.dir)
  const { name: plugin, version } = project.manifest
  requireVersion(project.manifest, request.expectVersion)
  const repo = chooseRepo(plugin, request.repo ?? project.manifest.repo)
  const release = releaseName({ repo, plugin, version })
  using stages = showStages(terminal, release)
  const onStage = (stage: PublishStage) => {
    request.onStage(stage, release)
    stages.enter(stage)
  }
  onStage('building')
  // Asked while the build runs.
  const asking = findPublished(connection, { repo, plugin }, version)
  asking.catch(() => undefined)
  const out = request.out ?? join(project.dir, 'dist')
  const predicate = { ...(await prepare(project, out, { ...request, progress: stages.progress })), repo }
  const before = await asking
  if (request.dryRun) return rehearse(request, { predicate, out, before })
  const outcome = await publishRelease({ connection, out, predicate, signer, before, onStage, item: stages.item })
  return { ...reportOf(predicate, request), ...outcome }
}

type Preparing = ProjectRequest & { readonly progress: Progress | undefined }

async function prepare(
  project: Project,
  out: string,
  { build, env, passEnv = [], terminal, progress }: Preparing,
): Promise<ReleaseDraft> {
  const onIdle = (paths: readonly string[]) => terminal.info(idleScriptsNote(paths))
  if (build) return buildRelease({ project, out, env, passEnv, onLine: terminal.debug, onIdle, progress })
  const draft = await readDraft(out)
  requireCurrent(project, draft)
  await checkDist(out, draft)
  return draft
}

type Prepared = { readonly predicate: ReleasePredicate; readonly out: string; readonly before: Shown | undefined }

/** Everything that can be known without writing to the registry. */
async function rehearse(request: ProjectRequest, { predicate, out, before }: Prepared): Promise<PublishReport> {
  const { signer, connection } = request
  const release = { predicate, key: signer.trustKey }
  if (before) {
    await requireSameRelease(connection, before.version, release)
    await verifyPublished(connection, release)
    const standing = standingOf(before.version)
    return { ...reportOf(predicate, request), state: 'unchanged', standing, uploadedBytes: 0 }
  }
  await signer.sign(out, predicate)
  return { ...reportOf(predicate, request), state: 'planned', uploadedBytes: 0 }
}

function reportOf(predicate: ReleasePredicate, { signer, connection }: ProjectRequest) {
  const { repo, plugin, version, platforms } = predicate
  const artifacts = Object.entries(platforms).map(([platform, { file, digest, size }]) => ({
    platform,
    file,
    digest,
    size,
  }))
  const document = new URL(pluginDocumentPath(repo, plugin, 'json'), connection.base).href
  return { repo, plugin, version, signer: signer.trustKey.id, document, artifacts }
}

/** One line for each plugin, for people and CI logs. */
export function reportLine({ repo, plugin, version, state, standing, artifacts }: PublishReport): string {
  const bytes = artifacts.reduce((sum, { size }) => sum + size, 0)
  const words = { published: 'published', unchanged: 'unchanged', planned: 'would publish' }
  const what = `${words[state]} ${repo}/${plugin} ${version} (${count(artifacts.length, 'artifact')}, ${formatBytes(bytes)})`
  return standing ? [what, ...versionNotes(standing)].join(', ') : what
}
