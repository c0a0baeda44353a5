// octo build: the artifacts of a plugin, and dist/release.json that describes them.
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { parsePlatformInput } from '../../schemas/platform.ts'
import type { Terminal } from '../../terminal/index.ts'
import { count, formatBytes } from '../../terminal/index.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { repeatable } from '../../terminal/repeatable.ts'
import { sayStillRunning } from '../../terminal/say-still-running.ts'
import type { ReleaseDraft } from '../dist-folder/release-file.ts'
import type { OnIdle, OnNeeds } from '../pack/pack-artifact.ts'

type BuildOptions = {
  readonly platform?: readonly string[]
  readonly out?: string
  readonly merge?: readonly string[]
  readonly dryRun?: boolean
  readonly passEnv?: readonly string[]
}

export function addBuild(program: Command): void {
  const command = addCommand(program, {
    words: 'build [dir]',
    summary: 'build the artifacts of a plugin for its platforms',
    examples: [
      'octo build',
      'octo build my-plugin --platform linux_amd64 --platform darwin_arm64',
      'octo build --merge dist/linux dist/darwin',
    ],
    json: true,
  })
    .option('-p, --platform <platform>', 'only this one; repeat for several', repeatable)
    .option('-o, --out <dir>', 'folder for the artifacts')
    .option('--merge <dist...>', 'build nothing; join what other jobs built')
    .option('--pass-env <name>', 'a variable that build commands may see; repeat for several', repeatable)
    .option('-n, --dry-run', 'show what would be run and written')
  onRun<BuildOptions>(command, async ({ args, options, terminal }) => {
    const dir = resolve(args[0] ?? '.')
    const out = resolve(options.out ?? join(dir, 'dist'))
    if (options.dryRun) return showPlan(dir, options, terminal)
    const draft = options.merge ? await merge(out, options.merge) : await build(dir, out, options, terminal)
    await showDraft(draft, out, terminal)
    return 0
  })
}

async function merge(out: string, dists: readonly string[]): Promise<ReleaseDraft> {
  const { mergeDists } = await import('../dist-folder/merge-dists.ts')
  return mergeDists(
    out,
    dists.map((dist) => resolve(dist)),
  )
}

async function build(
  dir: string,
  out: string,
  { platform = [], passEnv = [] }: BuildOptions,
  terminal: Terminal,
): Promise<ReleaseDraft> {
  const [{ readProject }, { buildRelease }, { idleScriptsNote }] = await Promise.all([
    import('../project/read-project.ts'),
    import('../pack/build-release.ts'),
    import('../pack/idle-scripts.ts'),
  ])
  const project = await readProject(dir)
  using progress = terminal.interactive ? terminal.progress({ title: 'building' }) : undefined
  using _log = terminal.interactive ? undefined : sayStillRunning(terminal, `building ${project.manifest.name}`)
  const request = { project, out, env: process.env, passEnv, onLine: terminal.debug, progress }
  const onNeeds: OnNeeds = (key, { libraries }) => {
    if (libraries.length > 0) terminal.info(`${key} needs of the machine: ${libraries.join(', ')}`)
  }
  const onIdle: OnIdle = (paths) => terminal.info(idleScriptsNote(paths))
  return await buildRelease({ ...request, onNeeds, onIdle, platforms: platform.map(parsePlatformInput) })
}

/** The commands and artifacts of a build, without running or writing anything. */
async function showPlan(dir: string, { platform = [] }: BuildOptions, terminal: Terminal): Promise<number> {
  const [{ readProject }, { planCommands }, { planArtifact }, { selectPlatforms }] = await Promise.all([
    import('../project/read-project.ts'),
    import('../pack/plan-commands.ts'),
    import('../pack/artifact-plan.ts'),
    import('../pack/build-release.ts'),
  ])
  const project = await readProject(dir)
  const platforms = selectPlatforms({ project, platforms: platform.map(parsePlatformInput) })
  const commands = planCommands(project.manifest, platforms)
  const artifacts = platforms.map((key) => ({ platform: key, file: planArtifact(project.manifest, key).file }))
  terminal.result({
    json: { plugin: project.manifest.name, version: project.manifest.version, commands, artifacts },
    text: () =>
      [
        ...commands.map(({ program, args }) => `run    ${[program, ...args].join(' ')}`),
        ...artifacts.map(({ file }) => `write  ${file}`),
      ].join('\n'),
  })
  return 0
}

async function showDraft(draft: ReleaseDraft, out: string, terminal: Terminal): Promise<void> {
  const artifacts = Object.entries(draft.platforms)
  if (terminal.json) return terminal.result({ json: { out, ...draft }, text: () => '' })
  terminal.table({
    columns: [
      { title: 'platform' },
      { title: 'artifact' },
      { title: 'size', align: 'right' },
      { title: 'digest', shrinks: true },
    ],
    rows: artifacts.map(([platform, { file, size, digest }]) => [platform, file, formatBytes(size), digest]),
  })
  if (draft.manifest.kind === 'service') terminal.info(whatStartsIt(draft.manifest.protocol))
  terminal.info(`${draft.plugin} ${draft.version}: ${count(artifacts.length, 'artifact')} in ${out}`)
}

function whatStartsIt(protocol: string): string {
  if (protocol === 'ocm')
    return '`protocol: ocm`: `ocm` and `octo plugin call` start it when it is asked; `octo start` and `octo run` do not'
  return '`kind: service`: `octo start` keeps it running where a config says `plugin:`; `octo run` waits for its end'
}
