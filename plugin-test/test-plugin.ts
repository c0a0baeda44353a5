// The way of a plugin from its folder to a run, in a folder that is gone afterwards: the same words that its author and its users type,
// each in a process of its own, so that nothing is easier for it here than it will be there.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { hostPlatform } from '../client/index.ts'
import { coded } from '../schemas/errors.ts'
import { parseManifest } from '../schemas/manifest.ts'
import { matchOrder } from '../schemas/platform.ts'
import { quote } from '../schemas/quote.ts'
import { decodeText } from '../schemas/text.ts'
import { temporaryFolder } from '../system/files/temporary-folder.ts'
import type { Terminal } from '../terminal/index.ts'
import type { OwnOcto } from './own-octo.ts'
import { answerOf, showRun } from './own-octo.ts'

/** Each step runs as a person would type it, with what the shell has set. */
type Place = { readonly terminal: Terminal; readonly env: Readonly<Record<string, string | undefined>> }

export type TestOptions = { readonly passEnv?: readonly string[]; readonly keep?: boolean }

/** What `octo build --dry-run --json` says. */
type Plan = { readonly artifacts: readonly { readonly platform: string }[] }

/** What `octo build --json` says. */
type Built = {
  readonly plugin: string
  readonly version: string
  readonly manifest: {
    readonly kind: string
    readonly protocol: string
    readonly output?: string
    readonly readme?: string
    readonly arguments?: { readonly properties?: Readonly<Record<string, unknown>> }
  }
  /** By platform: the one that was built. */
  readonly platforms: Readonly<Record<string, unknown>>
}

const REPO = 'test'
/** Results that `octo check` reads; what a notifier or a source of secrets answers is for whoever asks them. */
const CHECKED: readonly (string | undefined)[] = ['check/v1', 'nagios', 'exit-code']

export async function testPlugin(
  [dir = '.', ...args]: readonly string[],
  { passEnv = [], keep = false }: TestOptions,
  { terminal, env }: Place,
): Promise<number> {
  const folder = mkdtempSync(join(temporaryFolder(env), 'octo-test-plugin-'))
  const octo: OwnOcto = { cwd: process.cwd(), env: { ...env, OCTO_HOME: join(folder, 'store') } }
  try {
    const built = await build(octo, { dir: resolve(dir), folder, passEnv })
    terminal.info(`built ${built.plugin} ${built.version}`)
    await serve(octo, { dir: projectOf(built, { dir: resolve(dir), folder }), folder })
    const config = writeConfig(built, args, folder)
    await answerOf(octo, ['install', '--config', config, '--offline'])
    terminal.info('signed, resolved, proven and installed')
    const code = await run(octo, { built, args, config })
    for (const line of remarksOn(built, args)) terminal.info(line)
    return code
  } finally {
    if (keep) terminal.info(`kept ${folder}`)
    else rmSync(folder, { recursive: true, force: true })
  }
}

type Folders = { readonly dir: string; readonly folder: string }

async function build(
  octo: OwnOcto,
  { dir, folder, passEnv }: Folders & { passEnv: readonly string[] },
): Promise<Built> {
  const plan = await answerOf<Plan>(octo, ['build', dir, '--dry-run'])
  const offered = plan.artifacts.map((one) => one.platform)
  const platform = matchOrder(hostPlatform()).find((key) => offered.includes(key))
  if (platform === undefined)
    throw coded('NO_MATCHING_PLATFORM', {
      message: `${quote(dir)} has no artifact for this machine, ${quote(hostPlatform())}: its \`platforms\` are ${offered.map(quote).join(', ')}`,
      hint: `add ${quote(hostPlatform())} to \`platforms\` of plugin.yaml, or test it where one of them is`,
    })
  const variables = passEnv.flatMap((name) => ['--pass-env', name])
  return answerOf(octo, ['build', dir, '--platform', platform, '--out', join(folder, 'dist'), ...variables])
}

/** The project as if it were for this machine alone: only whole releases are signed, and its other platforms were not built. */
function projectOf({ manifest: { readme }, platforms }: Built, { dir, folder }: Folders): string {
  const path = join(dir, 'plugin.yaml')
  const manifest = parseManifest(decodeText(readFileSync(path), path), path)
  const built = Object.entries(manifest.platforms).filter(([key]) => Object.hasOwn(platforms, key))
  const { build: _, ...rest } = { ...manifest, platforms: Object.fromEntries(built) }
  const project = join(folder, 'project')
  mkdirSync(project)
  if (readme !== undefined) writeFileSync(join(project, 'README.md'), readme)
  writeFileSync(
    join(project, 'plugin.yaml'),
    JSON.stringify(readme === undefined ? rest : { ...rest, readme: 'README.md' }),
  )
  return project
}

/** Signed by a key of its own, and laid out as a registry would serve it. */
async function serve(octo: OwnOcto, { dir, folder }: Folders): Promise<void> {
  const key = join(folder, 'test')
  const dist = join(folder, 'dist')
  await answerOf(octo, ['keygen', '--out', key])
  await answerOf(octo, ['sign', dir, '--key', `${key}.key`, '--out', dist, '--repo', REPO])
  const tree = ['--out', join(folder, 'site'), '--url', 'https://plugins.example.org', '--public-key', `${key}.pub`]
  await answerOf(octo, ['repo', 'build', ...tree, dist])
}

function writeConfig({ plugin }: Built, args: readonly string[], folder: string): string {
  const path = join(folder, 'octo.yaml')
  const config = {
    operator: {
      repos: { [REPO]: { url: `./site/repos/${REPO}.yaml`, keys: [{ file: './test.pub' }] } },
      plugins: { [plugin]: { repo: REPO, prerelease: true } },
    },
    services: { [plugin]: { noTemplate: true, health: [{ tool: plugin, args, failureThreshold: 1 }] } },
  }
  // JSON is YAML, too.
  writeFileSync(path, JSON.stringify(config))
  return path
}

type Running = { readonly built: Built; readonly args: readonly string[]; readonly config: string }

function run(octo: OwnOcto, { built, args, config }: Running): Promise<number> {
  const { plugin, manifest } = built
  const shared = ['--config', config, '--offline', '--frozen']
  if (manifest.protocol !== 'exec') return showRun(octo, ['list', '--config', config])
  if (manifest.kind === 'tool' && CHECKED.includes(manifest.output))
    return showRun(octo, ['check', ...shared, '--phase', 'health', '--verbose'])
  return showRun(octo, ['run', plugin, ...shared, '--', ...args])
}

function remarksOn({ manifest, plugin }: Built, args: readonly string[]): readonly string[] {
  if (manifest.protocol !== 'exec')
    return [`${plugin} speaks ${manifest.protocol}: \`octo plugin check FILE\` holds its program to that protocol`]
  const names = Object.keys(manifest.arguments?.properties ?? {})
  const unused = names.filter((name) => !args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`)))
  return unused.length === 0 ? [] : [`declared and not given: ${unused.map((name) => `--${name}`).join(', ')}`]
}
