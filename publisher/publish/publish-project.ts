// One plugin project, from its folder to a published version.
import { join } from 'node:path'
import type { Name } from '../../schemas/name.ts'
import type { ReleasePredicate } from '../../schemas/release-statement.ts'
import { pluginDocumentPath } from '../../schemas/static-tree/paths.ts'
import type { Connection } from '../../system/http/connection.ts'
import type { Progress, Terminal } from '../../terminal/index.ts'
import { count, formatBytes } from '../../terminal/index.ts'
import { buildRelease } from '../build/build-release.ts'
import { checkDist, requireCurrent } from '../output/check-dist.ts'
import type { ReleaseDraft } from '../output/release-file.ts'
import { chooseRepo, readDraft } from '../output/release-file.ts'
import type { Project } from '../project/read-project.ts'
import { readProject } from '../project/read-project.ts'
import type { SigningKey } from '../sign/read-key.ts'
import { signRelease } from '../sign/sign-release.ts'
import { publishRelease } from './publish-release.ts'
import type { Shown } from './published-version.ts'
import { findPublished, requireSameRelease } from './published-version.ts'

export type ProjectRequest = {
  readonly dir: string
  readonly out?: string
  readonly build: boolean
  readonly dryRun: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  readonly repo: Name | undefined
  readonly key: SigningKey
  readonly connection: Connection
  readonly terminal: Terminal
}

export type PublishReport = {
  readonly repo: Name
  readonly plugin: Name
  readonly version: string
  /** `planned` with `--dry-run`. */
  readonly state: 'published' | 'unchanged' | 'planned'
  readonly signer: string
  /** Address of the plugin document. */
  readonly document: string
  readonly serial?: number
  readonly publishedAt?: string
  readonly uploadedBytes: number
  readonly artifacts: readonly { platform: string; file: string; digest: string; size: number }[]
}

export async function publishProject(request: ProjectRequest): Promise<PublishReport> {
  const { key, connection, terminal } = request
  const project = await readProject(request.dir)
  const { name: plugin, version } = project.manifest
  const repo = chooseRepo(plugin, request.repo ?? project.manifest.repo)
  // Asked while the build runs.
  const asking = findPublished(connection, { repo, plugin }, version)
  asking.catch(() => undefined)
  const out = request.out ?? join(project.dir, 'dist')
  const predicate = { ...(await prepare(project, out, request)), repo }
  const before = await asking
  if (request.dryRun) return rehearse(request, { predicate, out, before })
  using progress = progressFor(terminal, 'uploading')
  const outcome = await publishRelease({ connection, out, predicate, key, before, progress })
  return { ...reportOf(predicate, request), ...outcome }
}

async function prepare(project: Project, out: string, { build, env, terminal }: ProjectRequest): Promise<ReleaseDraft> {
  if (build) {
    using progress = progressFor(terminal, 'building')
    return await buildRelease({ project, out, env, onLine: terminal.debug, progress })
  }
  const draft = await readDraft(out)
  requireCurrent(project, draft)
  await checkDist(out, draft)
  return draft
}

type Prepared = { readonly predicate: ReleasePredicate; readonly out: string; readonly before: Shown | undefined }

/** Everything that can be known without writing to the registry. */
async function rehearse(request: ProjectRequest, { predicate, out, before }: Prepared): Promise<PublishReport> {
  const { key, connection } = request
  if (before) await requireSameRelease(connection, before.version, { predicate, key: key.trustKey })
  else await signRelease(out, predicate, key)
  return { ...reportOf(predicate, request), state: before ? 'unchanged' : 'planned', uploadedBytes: 0 }
}

function reportOf(predicate: ReleasePredicate, { key, connection }: ProjectRequest) {
  const { repo, plugin, version, platforms } = predicate
  const artifacts = Object.entries(platforms).map(([platform, { file, digest, size }]) => ({
    platform,
    file,
    digest,
    size,
  }))
  const document = new URL(pluginDocumentPath(repo, plugin, 'json'), connection.base).href
  return { repo, plugin, version, signer: key.trustKey.id, document, artifacts }
}

/** Bars for people; a CI log gets its one line for each plugin at the end. */
function progressFor(terminal: Terminal, title: string): Progress | undefined {
  return terminal.interactive ? terminal.progress({ title }) : undefined
}

/** One line for each plugin, for people and CI logs. */
export function reportLine({ repo, plugin, version, state, artifacts }: PublishReport): string {
  const bytes = artifacts.reduce((sum, { size }) => sum + size, 0)
  const words = { published: 'published', unchanged: 'unchanged', planned: 'would publish' }
  return `${words[state]} ${repo}/${plugin} ${version} (${count(artifacts.length, 'artifact')}, ${formatBytes(bytes)})`
}
