// Takes a plugin from an OCM registry and writes a project of it, which `octo publish` signs and publishes: whoever imports answers
// for it. Everything is fetched and checked before the folder appears.
import { chmodSync, closeSync, existsSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { OciRepository } from '../../oci/open-repository.ts'
import { readComponentVersion } from '../../oci/read-component.ts'
import type { ComponentAddress } from '../../schemas/component/address.ts'
import { pluginNameIn } from '../../schemas/component/address.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { isName, parseName } from '../../schemas/name.ts'
import type { Platform } from '../../schemas/platform.ts'
import { HEAD_BYTES } from '../../schemas/program-head.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import type { Version } from '../../schemas/version.ts'
import { parseVersionInput } from '../../schemas/version.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { readHead } from '../../system/files/read-pieces.ts'
import { explainRefusal } from '../../system/files/refusal.ts'
import type { DownloadSink } from '../../system/http/download.ts'
import { download } from '../../system/http/download.ts'
import { createDigestGate } from '../../trust/artifact/digest-gate.ts'
import { findPluginFiles } from '../../trust/component/plugin-files.ts'
import { aboutOf } from './about.ts'
import type { ProjectFile } from './project-files.ts'
import { layOut, platformLines } from './project-files.ts'

type ImportRequest = {
  readonly address: ComponentAddress
  /** The folder of the project; that of the plugin's name when absent. */
  readonly dir: (plugin: Name) => string
  /** The last part of the component's name when absent. */
  readonly name: string | undefined
  readonly repo: Name | undefined
}

type Imported = {
  readonly dir: string
  readonly plugin: Name
  readonly version: Version
  readonly platforms: readonly Platform[]
  readonly unknown: readonly string[]
}

/** Throws ALREADY_EXISTS, NAME_INVALID, VERSION_INVALID, or what reading and checking the component throws. */
export async function importPlugin(repository: OciRepository, request: ImportRequest): Promise<Imported> {
  const { address, name, repo } = request
  const plugin = importedName(name, address)
  const dir = request.dir(plugin)
  refuseExisting(dir)
  const { descriptor, manifest } = await readComponentVersion(repository, address)
  const version = parseVersionInput(descriptor.component.version)
  const { files, unknown } = findPluginFiles({ descriptor, layers: manifest.layers, isProven: false })
  const laid = layOut(files, plugin)
  const staged = await stageIn(dirname(dir))
  try {
    for (const file of laid) await fetchFile(repository, { file, path: join(staged, file.path) })
    const platforms = platformLines(laid, (path) => readHead(join(staged, path), HEAD_BYTES))
    const about = aboutOf(descriptor, manifest)
    writeFileSync(join(staged, 'plugin.yaml'), manifestText({ plugin, version, repo, about, platforms, address }))
    chmodSync(staged, 0o755)
    refuseExisting(dir)
    renameSync(staged, dir)
  } catch (error) {
    rmSync(staged, { recursive: true, force: true })
    throw isCoded(error) ? error : explainRefusal(error, 'name a folder that you may write with `--out DIR`')
  }
  return { dir, plugin, version, platforms: files.map(({ platform }) => platform), unknown }
}

function importedName(given: string | undefined, { component }: ComponentAddress): Name {
  const found = pluginNameIn(component)
  if (given !== undefined || isName(found)) return parseName(given ?? found, 'plugin')
  throw coded('NAME_INVALID', {
    message: `the last part of ${quote(component)} is no name of a plugin, found ${quote(found)}`,
    details: { component },
    hint: 'name the plugin with `--name NAME`',
  })
}

function refuseExisting(dir: string): void {
  if (!existsSync(dir)) return
  throw coded('ALREADY_EXISTS', {
    message: `${quote(dir)} exists, and nothing is written over`,
    details: { dir },
    hint: 'name another folder with `--out DIR`',
  })
}

async function stageIn(parent: string): Promise<string> {
  try {
    makeFolder(parent)
    return await mkdtemp(join(parent, '.octo-import-'))
  } catch (error) {
    throw explainRefusal(error, 'name a folder that you may write with `--out DIR`')
  }
}

type Fetching = { readonly file: ProjectFile; readonly path: string }

async function fetchFile(repository: OciRepository, { file, path }: Fetching): Promise<void> {
  const { digest, size } = file
  makeFolder(dirname(path))
  const http = await repository.open()
  const fd = openSync(path, 'wx', 0o755)
  try {
    const sink = fileSink(fd, file)
    await download(http, { url: repository.blobAddress(digest), size, sink })
    sink.finish()
  } finally {
    closeSync(fd)
    http[Symbol.dispose]()
  }
}

/** Feeds the file and the proof of its digest alike. */
function fileSink(fd: number, { digest, size }: ProjectFile): DownloadSink & { readonly finish: () => void } {
  let gate = createDigestGate({ digest, size }, digest)
  const sink = {
    size: 0,
    origin: undefined as DownloadSink['origin'],
    restart(origin: NonNullable<DownloadSink['origin']>) {
      gate = createDigestGate({ digest, size }, digest)
      Object.assign(sink, { size: 0, origin })
    },
    write(chunk: Uint8Array) {
      gate.update(chunk)
      for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at, chunk.length - at, sink.size + at)
      sink.size += chunk.length
    },
    finish: () => gate.finish(),
  }
  return sink
}

type Described = {
  readonly plugin: Name
  readonly version: Version
  readonly repo: Name | undefined
  readonly about: ReturnType<typeof aboutOf>
  /** Lines of YAML. */
  readonly platforms: readonly string[]
  readonly address: ComponentAddress
}

function manifestText({ plugin, version, repo, about, platforms, address }: Described): string {
  const { description, license, homepage, source } = about
  const field = (key: string, value: string | undefined) =>
    value === undefined ? [] : [`${key}: ${JSON.stringify(value)}`]
  return [
    `# Imported from ${address.host}, ${address.component}:${version}. Look at it before you sign it.`,
    ...[field('repo', repo), field('name', plugin), field('version', version)].flat(),
    ...['kind: service', 'category: ocm'],
    ...[field('description', description), field('license', license)].flat(),
    ...[field('homepage', homepage), field('source', source)].flat(),
    ...['protocol: ocm', 'platforms:', ...platforms, ''],
  ].join('\n')
}

/** What to type next. */
export function publishCommand({ dir }: Pick<Imported, 'dir'>, repo: Name | undefined): string {
  return `octo publish ${shellWord(dir)}${repo === undefined ? ' --repo REPO' : ''} --registry URL --key FILE`
}
