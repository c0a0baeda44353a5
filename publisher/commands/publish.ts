// octo publish: plan → build → sign → upload → publish → verify what came back, for one plugin project or several.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { coded } from '../../schemas/errors.ts'
import { parseName } from '../../schemas/name.ts'
import { openConnection } from '../../system/http/connection.ts'
import type { Terminal } from '../../terminal/index.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { parseRegistryUrl } from '../http/registry-url.ts'
import type { PublishReport } from '../publish/publish-project.ts'
import { publishProject, reportLine } from '../publish/publish-project.ts'
import { passphrasePrompt } from '../sign/ask-passphrase.ts'
import { readSigningKey } from '../sign/read-key.ts'
import type { RegistryOptions } from './registry-options.ts'
import { addRegistryOptions, openRegistry } from './registry-options.ts'

type Options = RegistryOptions & {
  readonly repo?: string
  readonly key?: string
  readonly out?: string
  /** `--no-build` gives false. */
  readonly build?: boolean
  readonly dryRun?: boolean
}

export function addPublish(program: Command): void {
  const command = addCommand(program, {
    words: 'publish [dirs...]',
    summary: 'build, sign and upload a version',
    examples: [
      'octo publish --registry https://plugins.example.com --repo core --key octo.key',
      'octo publish plugins/check-tcp plugins/check-http --key octo.key --dry-run',
      'OCTO_SIGNING_KEY="$KEY" OCTO_TOKEN="$TOKEN" octo publish --json',
    ],
    json: true,
  })
    .option('--repo <repo>', 'repo to publish to, when plugin.yaml names none')
    .option('-k, --key <file>', 'private key; else OCTO_SIGNING_KEY_FILE or the text in OCTO_SIGNING_KEY')
    .option('-o, --out <dir>', 'folder for the artifacts (one plugin only)')
    .option('--no-build', 'publish what lies in dist')
    .option('-n, --dry-run', 'build and check everything, upload nothing')
  onRun<Options>(addRegistryOptions(command), async ({ args, options, terminal }) => {
    const dirs = args.length > 0 ? args : ['.']
    if (options.out && dirs.length > 1)
      throw coded('USAGE', { message: '`--out` fits one plugin only', hint: 'leave it away: each gets its own dist' })
    const askPassphrase = passphrasePrompt(terminal, 'Passphrase of the signing key')
    const key = await readSigningKey({ file: options.key, env: process.env, askPassphrase })
    using connection = options.dryRun
      ? openConnection(parseRegistryUrl(options.registry, process.env), { env: process.env })
      : await openRegistry(options)
    const repo = options.repo === undefined ? undefined : parseName(options.repo, 'repo')
    const reports: PublishReport[] = []
    for (const dir of dirs) {
      const paths = { dir: resolve(dir), ...(options.out ? { out: resolve(options.out) } : {}) }
      const how = { build: options.build !== false, dryRun: options.dryRun === true }
      const report = await publishProject({ ...paths, ...how, env: process.env, repo, key, connection, terminal })
      reports.push(report)
      show(report, terminal)
    }
    if (terminal.json) terminal.result({ json: { releases: reports }, text: () => '' })
    return 0
  })
}

/** Shown as soon as it is true: what comes later may fail. */
function show(report: PublishReport, terminal: Terminal): void {
  if (!terminal.json) terminal.print(reportLine(report))
}
