// octo publish: plan → build → sign → upload → publish → verify what came back, for one plugin project or several.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { parseName } from '../../schemas/name.ts'
import { shellWord } from '../../schemas/quote.ts'
import { releaseName } from '../../schemas/release-name.ts'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import type { Connection } from '../../system/http/connection.ts'
import type { Terminal } from '../../terminal/index.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { repeatable } from '../../terminal/repeatable.ts'
import { secretPrompt } from '../../terminal/secret-prompt.ts'
import { registryName } from '../account/registry-url.ts'
import { readProject } from '../project/read-project.ts'
import { requireVersion } from '../publish/expected-version.ts'
import { watchForInterruption } from '../publish/interruption.ts'
import type { PublishReport } from '../publish/publish-project.ts'
import { publishProject, reportLine } from '../publish/publish-project.ts'
import { readSigningKey } from '../sign/read-key.ts'
import type { ReleaseSigner } from '../sign/release-signer.ts'
import { signerWithBundle, signerWithKey } from '../sign/release-signer.ts'
import type { RegistryOptions } from './registry-options.ts'
import { addRegistryOptions, openReading, openRegistry } from './registry-options.ts'

type PublishOptions = RegistryOptions & {
  readonly repo?: string
  readonly key?: string
  readonly out?: string
  /** `--no-build` gives false. */
  readonly build?: boolean
  readonly dryRun?: boolean
  readonly bundle?: string
  readonly expectVersion?: string
  readonly passEnv?: readonly string[]
}

export function addPublish(program: Command): void {
  const command = addCommand(program, {
    words: 'publish [dirs...]',
    summary: 'build, sign and upload a version',
    examples: [
      'octo publish --registry https://plugins.example.com --repo core --key octo.key',
      'octo publish plugins/check-tcp plugins/check-http --key octo.key --dry-run',
      'OCTO_SIGNING_KEY="$KEY" OCTO_TOKEN="$TOKEN" octo publish --json --expect-version "$TAG"',
      'octo publish --bundle release.sigstore.json --key kms.pub',
    ],
    json: true,
  })
    .option('--repo <repo>', 'repo to publish to, in place of the one that plugin.yaml names')
    .option('-k, --key <file>', 'private key; else OCTO_SIGNING_KEY_FILE or the text in OCTO_SIGNING_KEY')
    .option('-o, --out <dir>', 'folder for the artifacts (one plugin only)')
    .option('--no-build', 'publish what lies in dist')
    .option('--bundle <file>', 'publish what lies in dist with a signature made elsewhere; --key names its public key')
    .option('--expect-version <version>', 'refuse when plugin.yaml has another version, such as that of a tag')
    .option('--pass-env <name>', 'a variable that build commands may see; repeat for several', repeatable)
    .option(
      '-n, --dry-run',
      'build and check all that is known here; upload nothing, and do not ask whether token and key are admitted',
    )
  onRun<PublishOptions>(addRegistryOptions(command), async ({ args, options, terminal }) => {
    const dirs = args.length > 0 ? args : ['.']
    if (options.out && dirs.length > 1)
      throw coded('USAGE', { message: '`--out` fits one plugin only', hint: 'leave it away: each gets its own dist' })
    // First of all: what is wrong with the last project is known before the first is public, and before a key is asked for.
    for (const dir of dirs) requireVersion((await readProject(resolve(dir))).manifest, options.expectVersion)
    const signer = await chooseSigner(options, dirs, terminal)
    using connection = await (options.dryRun ? openReading : openRegistry)(options, terminal)
    const repo = options.repo === undefined ? undefined : parseName(options.repo, 'repo')
    const reports: PublishReport[] = []
    try {
      await publishAll(dirs, { options, signer, repo, connection, terminal, reports })
    } finally {
      // What is public has to be said also when a later one failed or was broken off.
      if (terminal.json && reports.length > 0) terminal.result({ json: { releases: reports }, text: () => '' })
    }
    if (options.dryRun) terminal.info('whether the registry admits the token and the key shows when it is published')
    else if (!terminal.json) for (const line of linesForUsers(reports, signer, options)) terminal.info(line)
    return 0
  })
}

type Publishing = {
  readonly options: PublishOptions
  readonly signer: ReleaseSigner
  readonly repo: Name | undefined
  readonly connection: Connection
  readonly terminal: Terminal
  /** Takes what each came to. */
  readonly reports: PublishReport[]
}

/** One after another; throws what the first one fails with, or INTERRUPTED. */
async function publishAll(dirs: readonly string[], { options, reports, ...shared }: Publishing): Promise<void> {
  using interruption = watchForInterruption(dirs)
  for (const dir of dirs) {
    const paths = { dir: resolve(dir), ...(options.out ? { out: resolve(options.out) } : {}) }
    const how = { build: options.build !== false && !options.bundle, dryRun: options.dryRun === true }
    const what = { expectVersion: options.expectVersion, onStage: interruption.enter }
    const surroundings = { env: process.env, passEnv: options.passEnv }
    const work = publishProject({ ...paths, ...how, ...what, ...surroundings, ...shared })
    const report = await Promise.race([work, interruption.signalled])
    reports.push(report)
    if (report.state !== 'planned') interruption.done(releaseName(report))
    show(report, shared.terminal)
  }
}

/** Throws USAGE where `--bundle` stands with several plugins or without the public key that proves it. */
async function chooseSigner(
  options: PublishOptions,
  dirs: readonly string[],
  terminal: Terminal,
): Promise<ReleaseSigner> {
  if (options.bundle === undefined) {
    const askPassphrase = secretPrompt(terminal, 'Passphrase of the signing key')
    return signerWithKey(await readSigningKey({ file: options.key, env: process.env, askPassphrase }))
  }
  if (dirs.length > 1)
    throw coded('USAGE', {
      message: '`--bundle` fits one plugin only',
      hint: 'publish each plugin with its own bundle',
    })
  if (options.key === undefined)
    throw coded('USAGE', {
      message: '`--bundle` needs the public key that its signature is proven with',
      hint: `\`octo publish --bundle ${shellWord(options.bundle)} --key FILE.pub\` names the public key`,
    })
  return signerWithBundle(options.bundle, options.key)
}

/** Shown as soon as it is true: what comes later may fail. */
function show(report: PublishReport, terminal: Terminal): void {
  if (terminal.json) return
  terminal.sentence(reportLine(report))
  if (report.standing?.state === 'yanked') terminal.warn(`no new install chooses it: ${wayBack(report)}`)
}

function wayBack({ repo, plugin, version, document }: PublishReport): string {
  const registry = registryName(new URL('../..', document))
  return `\`octo unyank ${repo}/${plugin}@${version} --registry ${shellWord(registry)}\` takes the yank back`
}

/** How whoever is to use the plugins begins: one line for each repo that something new is in. */
function linesForUsers(reports: readonly PublishReport[], signer: ReleaseSigner, options: PublishOptions): string[] {
  const isNew = reports.filter(({ state }) => state === 'published')
  const key = shellWord(publicKeyFile(options) ?? publicKeyLine(signer.trustKey))
  return [...Map.groupBy(isNew, ({ repo }) => repo)].map(([repo, [release]]) => {
    const { document = '', plugin = '', version = '', isNewest = false } = release ?? {}
    const address = new URL(`../${repo}.yaml`, document).href
    return `who uses it types \`octo add ${shellWord(address)} --key ${key}\` once, and \`octo add ${isNewest ? plugin : `${plugin}@${version}`}\``
  })
}

/** The half beside the private key, where `octo keygen` has written both. */
function publicKeyFile({ key, bundle }: PublishOptions): string | undefined {
  if (bundle !== undefined) return key
  const file = (key ?? process.env.OCTO_SIGNING_KEY_FILE)?.replace(/\.key$/, '.pub')
  return file?.endsWith('.pub') && existsSync(file) ? file : undefined
}
