// Takes a plugin from an OCM registry and writes a project of it, which `octo publish` signs and publishes: whoever imports answers
// for it. Everything is fetched and checked before the folder appears.
import { chmodSync, closeSync, existsSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { coded, isCoded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { parseName } from '../../schemas/name.ts'
import type { Platform } from '../../schemas/platform.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import type { Version } from '../../schemas/version.ts'
import { parseVersionInput } from '../../schemas/version.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { explainRefusal } from '../../system/files/refusal.ts'
import type { DownloadSink } from '../../system/http/download.ts'
import { download } from '../../system/http/download.ts'
import type { Http } from '../../system/http/open-http.ts'
import { createDigestGate } from '../../trust/artifact/digest-gate.ts'
import type { ComponentAddress } from './component-address.ts'
import type { PluginFile } from './plugin-files.ts'
import { findPluginFiles } from './plugin-files.ts'
import { blobAddress, readComponentVersion } from './read-component.ts'

type ImportRequest = {
  readonly address: ComponentAddress
  /** The folder of the project; that of the plugin's name when absent. */
  readonly dir: (plugin: Name) => string
  /** The last part of the component's name when absent. */
  readonly name: string | undefined
  readonly repo: Name | undefined
}

export type Imported = {
  readonly dir: string
  readonly plugin: Name
  readonly version: Version
  readonly platforms: readonly Platform[]
  readonly unknown: readonly string[]
}

/** Throws ALREADY_EXISTS, NAME_INVALID, VERSION_INVALID, or what reading and checking the component throws. */
export async function importPlugin(http: Http, request: ImportRequest): Promise<Imported> {
  const { address, name, repo } = request
  const plugin = parseName(name ?? basename(address.component), 'plugin')
  const dir = request.dir(plugin)
  refuseExisting(dir)
  const found = await readComponentVersion(http, address)
  const version = parseVersionInput(found.descriptor.component.version)
  const { files, unknown } = findPluginFiles(found, address)
  const staged = await stageIn(dirname(dir))
  try {
    for (const file of files) await fetchFile(http, address, { file, path: join(staged, pathOf(file, plugin)) })
    writeFileSync(join(staged, 'plugin.yaml'), manifestText({ plugin, version, repo, files, address }))
    chmodSync(staged, 0o755)
    refuseExisting(dir)
    renameSync(staged, dir)
  } catch (error) {
    rmSync(staged, { recursive: true, force: true })
    throw isCoded(error) ? error : explainRefusal(error, 'name a folder that you may write with `--out DIR`')
  }
  return { dir, plugin, version, platforms: files.map(({ platform }) => platform), unknown }
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

type Fetching = { readonly file: PluginFile; readonly path: string }

async function fetchFile(http: Http, address: ComponentAddress, { file, path }: Fetching): Promise<void> {
  const { digest, size } = file
  makeFolder(dirname(path))
  const fd = openSync(path, 'wx', 0o755)
  try {
    const sink = fileSink(fd, file)
    await download(http, { url: blobAddress(address, { digest }), size, sink })
    sink.finish()
  } finally {
    closeSync(fd)
  }
}

/** Feeds the file and the proof of its digest alike. */
function fileSink(fd: number, { digest, size }: PluginFile): DownloadSink & { readonly finish: () => void } {
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

function pathOf({ platform }: PluginFile, plugin: Name): string {
  return `bin/${platform}/${plugin}${platform.startsWith('windows_') ? '.exe' : ''}`
}

type Described = {
  readonly plugin: Name
  readonly version: Version
  readonly repo: Name | undefined
  readonly files: readonly PluginFile[]
  readonly address: ComponentAddress
}

function manifestText({ plugin, version, repo, files, address }: Described): string {
  const platforms = files.map((file) => `  ${file.platform}: {file: ${pathOf(file, plugin)}}`)
  return [
    `# Imported from ${address.repository.host}, ${address.component}:${version}. Look at it before you sign it.`,
    ...(repo === undefined ? [] : [`repo: ${JSON.stringify(repo)}`]),
    ...[`name: ${JSON.stringify(plugin)}`, `version: ${JSON.stringify(version)}`],
    ...['kind: service', 'category: ocm', `description: ${JSON.stringify(`OCM plugin of ${address.component}`)}`],
    ...['protocol: ocm', 'platforms:', ...platforms, ''],
  ].join('\n')
}

/** What to type next. */
export function publishCommand({ dir }: Pick<Imported, 'dir'>, repo: Name | undefined): string {
  return `octo publish ${shellWord(dir)}${repo === undefined ? ' --repo REPO' : ''} --registry URL --key FILE`
}
