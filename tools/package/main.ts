// Packs octo for people who have no checkout, into dist/packages/.
//
//   npm run package                        everything that this machine can make
//   npm run package -- tarball deb npm     only these
//   npm run package -- --out DIR           into another folder
//   npm run package -- --platform linux_arm64   tarball and .deb for that one, whose Node is fetched; may be said again
//   SOURCE_DATE_EPOCH=…                    the age of all files; 1970 when nothing is said
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { epochSeconds } from '../../publisher/pack/epoch-seconds.ts'
import { formatBytes, paintFor, processStreams, wantsColour } from '../../terminal/index.ts'
import { fetchNode } from './fetched-node.ts'
import type { Made, Making } from './packages.ts'
import { makeDeb, makeMaps, makeNpmPackage, makeTarball } from './packages.ts'
import type { PackedPlatform } from './platforms.ts'
import { dashed, fetchCommand, isThisMachine, nodeFolder, PLATFORMS, WITHOUT_TARBALL } from './platforms.ts'

const KINDS = ['tarball', 'deb', 'npm'] as const

const root = join(import.meta.dirname, '../..')
const { out, err, env } = processStreams()
const paint = paintFor(wantsColour({ env, stream: out }))
const staging = mkdtempSync(join(tmpdir(), 'octo-package-'))

try {
  await main()
} catch (error) {
  err.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
} finally {
  rmSync(staging, { recursive: true, force: true })
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { out: { type: 'string' }, platform: { type: 'string', multiple: true, default: [] } },
    allowPositionals: true,
  })
  const unknown = positionals.find((word) => !KINDS.some((kind) => kind === word))
  if (unknown !== undefined) throw new Error(`\`${unknown}\` is no kind of package, expected ${KINDS.join(', ')}`)
  const wants = (kind: (typeof KINDS)[number]) => positionals.length === 0 || positionals.includes(kind)
  const folder = resolve(values.out ?? join(root, 'dist/packages'))
  mkdirSync(folder, { recursive: true })
  const named = values.platform.map(platformCalled)
  for (const platform of named) if (!nodeFolder(root, platform)) fetchNode(root, platform)
  bundle()
  const making: Making = { root, out: folder, staging, epochSeconds: epochSeconds(env.SOURCE_DATE_EPOCH) }
  if (wants('tarball')) await makeTarballs(making, named)
  if (wants('deb')) makeDebs(making, named)
  if (wants('npm')) say(await makeNpmPackage(making))
  say(await makeMaps(making))
  out.write(`in ${relative(process.cwd(), folder) || '.'}\n`)
}

function platformCalled(name: string): PackedPlatform {
  const found = PLATFORMS.find(({ key }) => key === name)
  if (found) return found
  throw new Error(`\`${name}\` has no package, expected one of ${PLATFORMS.map(({ key }) => key).join(', ')}`)
}

/** For all platforms where none is named. */
async function makeTarballs(making: Making, named: readonly PackedPlatform[]): Promise<void> {
  for (const platform of named.length > 0 ? named : PLATFORMS)
    if (nodeFolder(root, platform)) say(await makeTarball(making, platform))
    else skip(`tarball for ${dashed(platform)}`, `its Node is not here: ${fetchCommand(platform)}`)
  if (named.length === 0)
    skip(
      `tarball for ${WITHOUT_TARBALL.replace('_', '-')}`,
      'there octo is installed by npm, on the Node of the machine',
    )
}

function makeDebs(making: Making, named: readonly PackedPlatform[]): void {
  for (const platform of (named.length > 0 ? named : PLATFORMS.filter(isThisMachine)).filter(({ debian }) => debian)) {
    const made = makeDeb(making, platform)
    if (made) say(made)
    else skip('.deb', '`dpkg-deb` is not here: `apt-get install dpkg` brings it')
  }
}

/** Also the compiled code, which its own Node makes. */
function bundle(): void {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'tools/bundle/main.ts')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`octo could not be bundled: ${stderr.trim()}`)
}

function say({ name, packed, installed, notes }: Made): void {
  out.write(`${paint.green('✓')} ${name}  ${formatBytes(packed)}, ${formatBytes(installed)} installed\n`)
  for (const note of notes) out.write(`  ${paint.yellow('!')} ${note}\n`)
}

function skip(what: string, why: string): void {
  out.write(`${paint.dim('–')} ${what} skipped: ${why}\n`)
}
