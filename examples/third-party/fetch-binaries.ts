// Fetches esbuild's published binaries from npm, once, and proves each package against the integrity in package-lock.json
// before anything is taken out of it.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { extract } from 'tar'

/** Platform of octo → npm package and the file in it. */
const BINARIES = {
  linux_amd64: { package: '@esbuild/linux-x64', file: 'bin/esbuild' },
  linux_arm64: { package: '@esbuild/linux-arm64', file: 'bin/esbuild' },
  darwin_arm64: { package: '@esbuild/darwin-arm64', file: 'bin/esbuild' },
  windows_amd64: { package: '@esbuild/win32-x64', file: 'esbuild.exe' },
} as const

type Locked = { readonly version: string; readonly integrity: string }
type Fetched = { readonly platform: string; readonly package: string; readonly path: string }

const here = fileURLToPath(new URL('.', import.meta.url))
const run = promisify(execFile)

/** Gives the binaries, which lie in `esbuild/bin/` afterwards. What is there and intact is not fetched again. */
export async function fetchBinaries(): Promise<readonly Fetched[]> {
  const lockfile = await readFile(new URL('../../package-lock.json', import.meta.url), 'utf8')
  const { packages } = JSON.parse(lockfile) as { packages: Record<string, Locked> }
  const fetched: Fetched[] = []
  for (const [platform, { package: name, file }] of Object.entries(BINARIES)) {
    const locked = packages[`node_modules/${name}`]
    if (!locked) throw new Error(`package-lock.json does not name ${name}`)
    const archive = await fetchPackage(name, locked)
    const path = join(here, 'esbuild', 'bin', platform, file.split('/').at(-1) ?? file)
    await takeOut(archive, `package/${file}`, path)
    fetched.push({ platform, package: `${name}@${locked.version}`, path })
  }
  return fetched
}

async function fetchPackage(name: string, { version, integrity }: Locked): Promise<string> {
  const folder = join(here, 'packages')
  const archive = join(folder, `${name.slice(1).replace('/', '-')}-${version}.tgz`)
  if (await isIntact(archive, integrity)) return archive
  await mkdir(folder, { recursive: true })
  await run('npm', ['pack', '--silent', '--pack-destination', folder, `${name}@${version}`], {
    shell: process.platform === 'win32',
  })
  if (await isIntact(archive, integrity)) return archive
  await rm(archive, { force: true })
  throw new Error(`${name}@${version} from npm is not the package that package-lock.json names, expected ${integrity}`)
}

async function isIntact(path: string, integrity: string): Promise<boolean> {
  const bytes = await readFile(path).catch(() => undefined)
  return bytes !== undefined && `sha512-${createHash('sha512').update(bytes).digest('base64')}` === integrity
}

async function takeOut(archive: string, entry: string, path: string): Promise<void> {
  const folder = `${dirname(path)}.new`
  await mkdir(folder, { recursive: true })
  await extract({ file: archive, cwd: folder, strip: entry.split('/').length - 1 }, [entry])
  await mkdir(dirname(path), { recursive: true })
  await rename(join(folder, entry.split('/').at(-1) ?? ''), path)
  await rm(folder, { recursive: true })
  await chmod(path, 0o755)
}
