// The way of a plugin from its folder into a store, in a folder that is gone afterwards: the same words that its author and its users
// type, each in a process of its own, so that nothing is easier for it here than it will be there. The key alone is made right here: it
// is the same for every plugin.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { hostPlatform } from '../client/index.ts'
import { makeKeyPair } from '../publisher/sign/make-key.ts'
import { coded, throwDefect } from '../schemas/errors.ts'
import type { ArgumentStyle, Manifest } from '../schemas/manifest.ts'
import { parseManifest } from '../schemas/manifest.ts'
import { matchOrder } from '../schemas/platform.ts'
import { quote } from '../schemas/quote.ts'
import { decodeText } from '../schemas/text.ts'
import { MANIFEST_YAML } from '../schemas/yaml/parse.ts'
import { onDisk } from '../system/files/errors.ts'
import { readPlainFile } from '../system/files/read-plain-file.ts'
import { temporaryFolder } from '../system/files/temporary-folder.ts'
import { interruptible } from '../system/process/interruptible.ts'
import type { OctoSetting } from './octo-process.ts'
import { answerOf } from './octo-process.ts'

/** Each step runs as a person would type it, with what the shell has set. */
type Environment = Readonly<Record<string, string | undefined>>

/** What `octo build --json` says. */
export type Built = {
  readonly plugin: string
  readonly version: string
  readonly manifest: {
    readonly kind: string
    readonly protocol: string
    readonly output?: string
    readonly input?: string
    readonly readme?: string
    readonly argumentStyle?: ArgumentStyle
    readonly arguments?: { readonly properties?: Readonly<Record<string, { readonly type?: unknown }>> }
  }
  /** By platform: the one that was built. */
  readonly platforms: Readonly<Record<string, unknown>>
}

type Request = {
  readonly dir: string
  readonly env: Environment
  readonly passEnv?: readonly string[]
  /** What the config says of services, for whoever checks them. */
  readonly services?: (built: Built) => Readonly<Record<string, unknown>>
  readonly onStep?: (line: string) => void
}

type UnpublishedPlugin = Disposable & {
  readonly built: Built
  /** Runs words with a store of its own. */
  readonly octo: OctoSetting
  readonly config: string
  readonly folder: string
  /** The folder stays. */
  keep(): void
}

const REPO = 'test'

/** Built for this machine, signed by a key made for it, laid out as a registry would serve it, proven and installed. */
export async function installUnpublished({
  dir,
  env,
  passEnv = [],
  services,
  onStep,
}: Request): Promise<UnpublishedPlugin> {
  const folder = mkdtempSync(join(temporaryFolder(env), 'octo-test-plugin-'))
  using interruption = interruptible()
  const { signal: stopped } = interruption
  const octo: OctoSetting = { cwd: process.cwd(), env: { ...env, OCTO_HOME: join(folder, 'store') }, folder, stopped }
  let isKept = false
  const dispose = () => {
    if (!isKept) rmSync(folder, { recursive: true, force: true })
  }
  try {
    const built = await build(octo, { dir: resolve(dir), folder, passEnv })
    onStep?.(`built ${built.plugin} ${built.version}`)
    // Before the steps behind it: it may refuse what was given.
    const config = writeConfig(built, services?.(built) ?? {}, folder)
    await serve(octo, { dir: projectOf(built, { dir: resolve(dir), folder }), folder })
    await answerOf(octo, ['install', '--config', config, '--offline'])
    onStep?.('signed, resolved, proven and installed')
    const keep = () => {
      isKept = true
    }
    return { built, octo, config, folder, keep, [Symbol.dispose]: dispose }
  } catch (error) {
    dispose()
    throw error
  }
}

type Folders = { readonly dir: string; readonly folder: string }

async function build(
  octo: OctoSetting,
  { dir, folder, passEnv }: Folders & { passEnv: readonly string[] },
): Promise<Built> {
  const offered = platformsOf(dir)
  const platform = matchOrder(hostPlatform()).find((key) => offered?.includes(key))
  if (offered && platform === undefined)
    throw coded('NO_MATCHING_PLATFORM', {
      message: `${quote(dir)} has no artifact for this machine, ${quote(hostPlatform())}: its \`platforms\` are ${offered.map(quote).join(', ')}`,
      hint: `add ${quote(hostPlatform())} to \`platforms\` of plugin.yaml, or try it where one of them is`,
    })
  const only = platform === undefined ? [] : ['--platform', platform]
  const variables = passEnv.flatMap((name) => ['--pass-env', name])
  return answerOf(octo, ['build', dir, ...only, '--out', join(folder, 'dist'), ...variables])
}

/** Undefined where there is no manifest to be read: `octo build` says why. */
function platformsOf(dir: string): readonly string[] | undefined {
  try {
    return Object.keys(readManifest(dir).platforms)
  } catch (error) {
    throwDefect(error)
    return undefined
  }
}

function readManifest(dir: string): Manifest {
  const path = join(dir, 'plugin.yaml')
  const bytes = onDisk(path, () => readPlainFile(path, MANIFEST_YAML.maxBytes))
  return parseManifest(decodeText(bytes, path), path)
}

/** The project as if it were for this machine alone: only whole releases are signed, and its other platforms were not built. */
function projectOf({ manifest: { readme }, platforms }: Built, { dir, folder }: Folders): string {
  const manifest = readManifest(dir)
  const built = Object.entries(manifest.platforms).filter(([key]) => Object.hasOwn(platforms, key))
  const { build: _, ...rest } = { ...manifest, platforms: Object.fromEntries(built) }
  const project = join(folder, 'project')
  mkdirSync(project)
  if (readme !== undefined) writeFileSync(join(project, 'README.md'), readme)
  if (rest.changelog !== undefined) copyFileSync(join(dir, rest.changelog), join(project, 'CHANGELOG.md'))
  writeFileSync(
    join(project, 'plugin.yaml'),
    JSON.stringify({
      ...rest,
      ...(readme === undefined ? {} : { readme: 'README.md' }),
      ...(rest.changelog === undefined ? {} : { changelog: 'CHANGELOG.md' }),
    }),
  )
  return project
}

/** Signed by a key of its own, and laid out as a registry would serve it. */
async function serve(octo: OctoSetting, { dir, folder }: Folders): Promise<void> {
  const key = join(folder, 'test')
  const dist = join(folder, 'dist')
  writeKeyPair(key)
  await answerOf(octo, ['sign', dir, '--key', `${key}.key`, '--out', dist, '--repo', REPO])
  const tree = ['--out', join(folder, 'site'), '--url', 'https://plugins.example.org', '--public-key', `${key}.pub`]
  await answerOf(octo, ['repo', 'build', ...tree, dist])
}

/** As `octo keygen` does; nothing has to last in a folder that is gone afterwards. */
function writeKeyPair(name: string): void {
  const { privatePem, trustKey } = makeKeyPair('ecdsa-p256')
  writeFileSync(`${name}.key`, privatePem, { mode: 0o600 })
  writeFileSync(`${name}.pub`, trustKey.pem)
}

function writeConfig({ plugin }: Built, services: Readonly<Record<string, unknown>>, folder: string): string {
  const path = join(folder, 'octo.yaml')
  const config = {
    operator: {
      repos: { [REPO]: { url: `./site/repos/${REPO}.yaml`, keys: [{ file: './test.pub' }] } },
      plugins: { [plugin]: { repo: REPO, prerelease: true } },
    },
    services,
  }
  // JSON is YAML, too.
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 })
  return path
}
