// octo yank, deprecate, quarantine and their opposites: reversible states of a sealed version.
import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { VersionAction, VersionStateAnswer } from '../../schemas/api.ts'
import { versionStateAnswer } from '../../schemas/api.ts'
import { coded, isCoded, withHint } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { parseName } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import type { Version } from '../../schemas/version.ts'
import { parseVersionInput } from '../../schemas/version.ts'
import { versionNotes } from '../../schemas/version-notes.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { callApi } from '../publish/call-api.ts'
import type { RegistryOptions } from './registry-options.ts'
import { addRegistryOptions, openRegistry } from './registry-options.ts'

type StateOptions = RegistryOptions & { readonly reason?: string; readonly repo?: string }

const SUMMARIES: Readonly<Record<VersionAction, { readonly summary: string; readonly reason?: string }>> = {
  yank: { summary: 'withdraw a version from new installs; lockfiles keep it', reason: 'crashes on start' },
  unyank: { summary: 'take a yank back' },
  deprecate: { summary: 'warn those who install a version', reason: 'use 2.x' },
  undeprecate: { summary: 'take a deprecation back' },
  quarantine: { summary: 'block a version: not served, not chosen', reason: 'contains malware' },
  unquarantine: { summary: 'take a quarantine back' },
}

export function addVersionState(program: Command, action: VersionAction): void {
  const { summary, reason } = SUMMARIES[action]
  const why = reason ? ` --reason "${reason}"` : ''
  const command = addCommand(program, {
    words: `${action} <plugin@version>`,
    summary,
    examples: [`octo ${action} core/check-tcp@1.0.0${why} --registry https://plugins.example.com`],
    json: true,
  })
    .option('--repo <repo>', 'repo of the plugin, when it is not written before its name')
    .option(
      '-m, --reason <text>',
      reason ? 'shown to everyone who meets the version (needed)' : 'kept in the audit log',
    )
  onRun<StateOptions>(addRegistryOptions(command), async ({ args, options, terminal }) => {
    const { repo, plugin, version } = parseTarget(args[0] ?? '', options.repo)
    if (reason && !options.reason?.trim())
      throw coded('USAGE', { message: `\`octo ${action}\` needs a reason`, hint: `add --reason "${reason}"` })
    using connection = await openRegistry(options, terminal)
    const answer = await callApi(
      connection,
      {
        method: 'PUT',
        path: `api/v1/repos/${repo}/plugins/${plugin}/versions/${version}/state`,
        headers: { 'idempotency-key': randomUUID() },
        json: { action, ...(options.reason ? { reason: options.reason } : {}) },
      },
      versionStateAnswer,
    ).catch((error: unknown) => {
      throw withPage(error, connection.base)
    })
    terminal.result({ json: answer, text: () => describe(answer) })
    return 0
  })
}

/** Whoever publishes may have no config, which `octo info` reads: the registry has a page of what there is. */
function withPage(error: unknown, base: URL): unknown {
  const { repo, plugin } = isCoded(error) ? (error.details as Partial<Target>) : {}
  const pages: Readonly<Record<string, string>> = {
    VERSION_NOT_FOUND: `${base}plugins/${repo}/${plugin} shows the versions that there are`,
    PLUGIN_NOT_FOUND: `${base}plugins/${repo} shows the plugins that there are`,
  }
  const hint = isCoded(error) ? pages[error.code] : undefined
  return isCoded(error) && hint !== undefined ? withHint(error, hint) : error
}

type Target = { readonly repo: Name; readonly plugin: Name; readonly version: Version }

/** Reads `[repo/]plugin@version`. */
function parseTarget(text: string, repoFlag: string | undefined): Target {
  const [, ownRepo, plugin, version] = /^(?:([^/@]*)\/)?([^/@]+)@([^@]+)$/.exec(text) ?? []
  if (plugin === undefined || version === undefined)
    throw coded('USAGE', {
      message: `expected \`repo/plugin@version\`, found ${quote(text)}`,
      hint: 'name one version, as in `core/check-tcp@1.0.0`; the page of the plugin in the registry lists them',
    })
  const repo = ownRepo ?? repoFlag
  if (repo === undefined)
    throw coded('USAGE', {
      message: `no repo is named for ${quote(text)}`,
      hint: `write repo/${text}, or pass \`--repo\``,
    })
  return {
    repo: parseName(repo, 'repo'),
    plugin: parseName(plugin, 'plugin'),
    version: parseVersionInput(version),
  }
}

function describe({ repo, plugin, version, state, reason, deprecated }: VersionStateAnswer): string {
  const notes = versionNotes({ state, reason, deprecated })
  return `${repo}/${plugin}@${version} is ${[...(state === 'active' ? [state] : []), ...notes].join(', ')}`
}
