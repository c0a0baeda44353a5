// What each platform's artifact will be, read from plugin.yaml: names, paths and form. Pure.
import { basename, extname } from 'node:path/posix'
import { coded } from '../../schemas/errors.ts'
import type { Manifest, ManifestPlatform, Runtime } from '../../schemas/manifest.ts'
import type { Platform } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import { argv0Shape, fileNameShape } from '../../schemas/shapes.ts'
import type { Placeholders } from '../project/placeholders.ts'
import { fillPlaceholders, placeholdersFor } from '../project/placeholders.ts'

export type RawPlan = {
  readonly format: 'raw'
  readonly platform: Platform
  /** Name of the artifact. */
  readonly file: string
  /** Path in the project. */
  readonly source: string
  readonly runtime?: Runtime
  readonly argv0?: string
}

export type ArchivePlan = {
  readonly format: 'tar.gz'
  readonly platform: Platform
  readonly file: string
  /** Folder in the project that archive paths are relative to; `.` for the project itself. */
  readonly root: string
  readonly files: readonly string[]
  readonly executable: string
  /** Archive paths with the executable bit, `executable` among them. */
  readonly executables: ReadonlySet<string>
  readonly runtime?: Runtime
  readonly argv0?: string
}

export type ArtifactPlan = RawPlan | ArchivePlan

/** Throws MANIFEST_INVALID for an unknown placeholder or a name that cannot be served. */
export function planArtifact(manifest: Manifest, platform: Platform): ArtifactPlan {
  const entry = manifest.platforms[platform] as ManifestPlatform
  const values = placeholdersFor(platform, manifest.version)
  if (entry.file === undefined) return archivePlan(manifest, platform, entry)
  const source = fillPlaceholders(entry.file, values)
  const file = artifactName(manifest, platform, rawExtension(source, values, entry.runtime))
  return { format: 'raw', platform, file, source, ...runBy(entry, { found: basename(source), usual: manifest.name }) }
}

function archivePlan(manifest: Manifest, platform: Platform, entry: ManifestPlatform): ArchivePlan {
  const fill = (text: string) => fillPlaceholders(text, placeholdersFor(platform, manifest.version))
  const executable = fill(entry.executable ?? '')
  const name = basename(executable)
  return {
    format: 'tar.gz',
    platform,
    file: artifactName(manifest, platform, '.tar.gz'),
    root: fill(entry.root ?? '.'),
    files: (entry.files ?? []).map(fill),
    executable,
    executables: new Set([executable, ...entry.executables.map(fill)]),
    ...runBy(entry, { found: name, usual: name }),
  }
}

/** The runtime, or what the program finds as its own name; left out of the statement where it is the usual one. */
function runBy({ runtime, argv0 }: ManifestPlatform, { found, usual }: { found: string; usual: string }) {
  if (runtime) return { runtime }
  const own = argv0 ?? found
  if (!argv0Shape.safeParse(own).success)
    throw coded('MANIFEST_INVALID', { message: `a program cannot be called ${quote(own)}, write \`argv0\` beside it` })
  return own === usual ? {} : { argv0: own }
}

/** Windows runs only `.exe`, and a runtime tells module kinds apart by the extension. */
function rawExtension(source: string, values: Placeholders, runtime: Runtime | undefined): string {
  if (!runtime) return values.EXE ?? ''
  return ['.mjs', '.cjs', '.js', '.sh', '.py'].find((known) => known === extname(source)) ?? ''
}

/** e.g. `check-tcp_1.0.0_linux_amd64`: no part can hold `_` but the platform, so no two releases share a name. */
function artifactName({ name, version }: Manifest, platform: Platform, extension: string): string {
  const file = `${name}_${version}_${platform}${extension}`
  if (fileNameShape.safeParse(file).success) return file
  throw coded('MANIFEST_INVALID', {
    message: `artifact name ${quote(file)} is too long to be served, expected at most 201 characters`,
  })
}
