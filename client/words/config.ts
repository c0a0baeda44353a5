// The words of `octo config`.
import type { Command } from 'commander'
import type { CommandSpec } from '../../terminal/program.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { repeatable } from '../../terminal/repeatable.ts'
import type { DiffOptions } from '../commands/config/diff.ts'
import type { ConfigFlags, ShowOptions } from '../commands/config/show.ts'
import type { UpgradeOptions } from '../commands/config/upgrade.ts'

export function addConfigWords(program: Command): void {
  const config = addCommand(program, {
    words: 'config',
    summary: 'show, compare and validate your configuration, of all its documents',
    examples: [
      'octo config show',
      'octo config show services.web --origin',
      'octo config diff',
      'octo config validate',
    ],
  })
  const group = (spec: CommandSpec) =>
    addCommand(config, { ...spec, json: true })
      .option(
        '-c, --config <file>',
        'config file or URL; repeat for several (default: octo.yaml or config.yaml here)',
        repeatable,
      )
      .option('--offline', 'open no connection')
  const show = group({
    words: 'show [path]',
    summary: 'show the config with all its documents merged and its templates filled in',
    examples: ['octo config show', 'octo config show services.web --origin', 'octo config show --format toml'],
  })
    .option('-f, --format <format>', 'yaml, json or toml (default: yaml)')
    .option('--origin', 'say in which file and line each value was written')
    .option('--reveal', 'show secrets too, on a terminal')
    .option('--accept-older', 'take a signed document that is older than the one used last, now and later')
    .addHelpText('after', '\nSecrets, and values that an environment variable went into, are shown as `***`.')
  const diff = group({
    words: 'diff [one] [other]',
    summary: 'show what differs from another config, or what fetched documents changed since octo last read them',
    examples: [
      'octo config diff',
      'octo config diff prod.yaml --origin',
      'octo config diff staging.yaml prod.yaml',
      'octo config diff --without base.yaml',
    ],
  })
    .option('-f, --format <format>', 'text, yaml, json or toml (default: text)')
    .option('--origin', 'say in which file and line each value was written')
    .option('--without <document>', 'compare with the config as it is without this included file or address')
    .addHelpText(
      'after',
      '\nOne file is compared with the config, two with each other.' +
        '\nThe exit code is 0 where there is no difference, 1 where there is one, and another where something fails.' +
        '\nSecrets, and values that an environment variable went into, are compared and shown as `***`.',
    )
  const validate = group({
    words: 'validate',
    summary: 'name everything that is wrong with the config, with its line and column',
    examples: ['octo config validate', 'octo config validate -c prod.yaml --json'],
  }).addHelpText('after', '\nThe exit code is 0 only for a config without problems; warnings are none.')
  onRun<ConfigFlags>(validate, async (run) => (await import('../commands/config/validate.ts')).validateCommand(run))
  const schema = addCommand(config, {
    words: 'schema [file]',
    summary: 'print the JSON Schema of octo.yaml or plugin.yaml, for editors',
    examples: ['octo config schema > octo.schema.json', 'octo config schema plugin.yaml > plugin.schema.json'],
  }).addHelpText(
    'after',
    '\nEditors with a language server for YAML read it where a file begins with\n`# yaml-language-server: $schema=octo.schema.json`.',
  )
  onRun(schema, async (run) => (await import('../commands/config/schema.ts')).schemaCommand(run))
  const versions = (spec: CommandSpec) =>
    addCommand(config, { ...spec, json: true }).option(
      '-c, --config <file>',
      'config file; repeat for several (default: octo.yaml or config.yaml here)',
      repeatable,
    )
  const outdated = versions({
    words: 'outdated',
    summary: 'list included documents of the web of which there are newer versions',
    examples: ['octo config outdated', 'octo config outdated --json'],
  }).addHelpText(
    'after',
    '\nThe exit code is 1 where there is a newer version. Only includes with `versions:` are looked at.',
  )
  const upgrade = versions({
    words: 'upgrade [document]',
    summary: 'write the next versions of included documents into the config, after showing what changes',
    examples: ['octo config upgrade --dry-run', 'octo config upgrade', 'octo config upgrade shop/all.yaml --yes'],
  })
    .option('--dry-run', 'only show what would change')
    .option('--yes', 'ask nothing')
    .addHelpText(
      'after',
      '\nOne step at a time: first the newest of the same major version, then the next major version. Start the services' +
        '\nbetween two steps, so that each version can move the data of the one before.',
    )
  onRun<UpgradeOptions>(outdated, async (run) => (await import('../commands/config/upgrade.ts')).outdatedCommand(run))
  onRun<UpgradeOptions>(upgrade, async (run) => (await import('../commands/config/upgrade.ts')).upgradeCommand(run))
  onRun<DiffOptions>(diff, async (run) => (await import('../commands/config/diff.ts')).diffCommand(run))
  onRun<ShowOptions>(show, async (run) => (await import('../commands/config/show.ts')).showCommand(run))
}
