// `octo lock | install | update | list | info | search | why | config | trust | cache`: the words for those who use plugins. A command loads
// what it needs when it runs.
import type { Command } from 'commander'
import type { CommandSpec, Run } from '../terminal/program.ts'
import { addCommand, onRun, openProgram, runProgram } from '../terminal/program.ts'
import { repeatable } from '../terminal/repeatable.ts'
import type { CacheOptions } from './commands/cache.ts'
import type { ClientFlags } from './commands/client-session.ts'
import type { DiffOptions } from './commands/config/diff.ts'
import type { ConfigFlags, ShowOptions } from './commands/config/show.ts'
import type { UpgradeOptions } from './commands/config/upgrade.ts'
import type { AllFlags } from './commands/trust/change.ts'
import type { ConsentFlags } from './commands/trust/consent.ts'

export async function main(argv: readonly string[]): Promise<number> {
  return runProgram(clientProgram(), argv)
}

export function clientProgram(): Command {
  const program = openProgram()
  addLockCommands(program)
  addQuestionCommands(program)
  addConfigCommands(program)
  addTrustCommands(program)
  addCacheCommands(program)
  return program
}

type Act<Flags> = (run: Run<Flags>) => Promise<number>

/** A command that reads a config. */
function add<Flags = ClientFlags>(program: Command, spec: CommandSpec, act: Act<Flags>): Command {
  const command = addCommand(program, { ...spec, json: true })
    .option(
      '-c, --config <file>',
      'config file or URL; repeat for several (default: octo.yaml or config.yaml here)',
      repeatable,
    )
    .option('--lock <file>', 'lockfile (default: octo.lock beside octo.yaml, prod.lock beside prod.yaml)')
    .option('--platform <platform>', 'for another platform than this machine’s, such as linux_arm64')
    .option('--offline', 'open no connection')
  return onRun<Flags>(command, act)
}

function addLockCommands(program: Command): void {
  const lock = add(
    program,
    {
      words: 'lock',
      summary: 'choose versions for your config and write them to octo.lock',
      examples: ['octo lock', 'octo lock --frozen'],
    },
    async (run) => (await import('./commands/lock.ts')).lockCommand(run),
  ).option('--frozen', 'only check that octo.lock covers the config')
  accepting(lock)
  add(
    program,
    {
      words: 'install',
      summary: 'download and verify what is locked',
      examples: ['octo install', 'octo install --frozen', 'octo install --frozen --offline --platform linux_arm64'],
    },
    async (run) => (await import('./commands/install.ts')).installCommand(run),
  ).option('--frozen', 'take exactly what octo.lock says and never write it')
  const update = add(
    program,
    {
      words: 'update [plugins...]',
      summary: 'move locked plugins to newer versions',
      examples: ['octo update', 'octo update check-tcp', 'octo update --dry-run'],
    },
    async (run) => (await import('./commands/lock.ts')).updateCommand(run),
  ).option('--dry-run', 'only say what would change')
  accepting(update)
}

/** Words of a person who asked the registry's owner. */
function accepting(command: Command): void {
  command
    .option('--accept-serial', 'take a plugin document that is older than the one last seen')
    .option('--accept-unsigned', 'take a plugin unsigned that was locked with a signature')
}

function addQuestionCommands(program: Command): void {
  add(
    program,
    {
      words: 'list',
      summary: 'list what your config uses and what is installed',
      examples: ['octo list', 'octo list --json'],
    },
    async (run) => (await import('./commands/list.ts')).listCommand(run),
  )
  add(
    program,
    {
      words: 'info <plugin>',
      summary: 'show one plugin: arguments, versions, platforms, signer',
      examples: ['octo info check-tcp', 'octo info core/check-tcp --json'],
    },
    async (run) => (await import('./commands/info.ts')).infoCommand(run),
  )
  add(
    program,
    {
      words: 'search [words...]',
      summary: 'find plugins by word',
      examples: ['octo search tcp', 'octo search --json'],
    },
    async (run) => (await import('./commands/search.ts')).searchCommand(run),
  )
  add(
    program,
    { words: 'why <plugin>', summary: 'explain why a version was chosen', examples: ['octo why check-tcp'] },
    async (run) => (await import('./commands/why.ts')).whyCommand(run),
  )
}

function addConfigCommands(program: Command): void {
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
    words: 'diff [other]',
    summary: 'show what differs from another config, or what fetched documents changed since octo last read them',
    examples: ['octo config diff', 'octo config diff prod.yaml --origin', 'octo config diff --without base.yaml'],
  })
    .option('-f, --format <format>', 'text, yaml, json or toml (default: text)')
    .option('--origin', 'say in which file and line each value was written')
    .option('--without <document>', 'compare with the config as it is without this included file or address')
    .addHelpText(
      'after',
      '\nThe exit code is 0 where there is no difference, 1 where there is one, and another where something fails.' +
        '\nSecrets, and values that an environment variable went into, are compared and shown as `***`.',
    )
  const validate = group({
    words: 'validate',
    summary: 'name everything that is wrong with the config, with its line and column',
    examples: ['octo config validate', 'octo config validate -c prod.yaml --json'],
  }).addHelpText('after', '\nThe exit code is 0 only for a config without problems; warnings are none.')
  onRun<ConfigFlags>(validate, async (run) => (await import('./commands/config/validate.ts')).validateCommand(run))
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
  onRun<UpgradeOptions>(outdated, async (run) => (await import('./commands/config/upgrade.ts')).outdatedCommand(run))
  onRun<UpgradeOptions>(upgrade, async (run) => (await import('./commands/config/upgrade.ts')).upgradeCommand(run))
  onRun<DiffOptions>(diff, async (run) => (await import('./commands/config/diff.ts')).diffCommand(run))
  onRun<ShowOptions>(show, async (run) => (await import('./commands/config/show.ts')).showCommand(run))
}

function addTrustCommands(program: Command): void {
  const trust = addCommand(program, {
    words: 'trust',
    summary: 'say whose signature makes config documents of the web count, and which documents',
    examples: ['octo trust list', 'octo trust add ./shop.asc https://charts.example.com/shop/'],
  })
  const group = (spec: CommandSpec) => addCommand(trust, { ...spec, json: true })
  const consenting = (spec: CommandSpec) =>
    group(spec)
      .option('--fingerprint <fingerprint>', 'the whole fingerprint that the key has to have')
      .option('--yes', 'ask nothing; only together with `--fingerprint`')
  const add = consenting({
    words: 'add <key> <addresses...>',
    summary: 'trust a key for documents, or for a folder whose address ends in `/`',
    examples: [
      'octo trust add ./shop.asc https://charts.example.com/shop/',
      'octo trust add https://example.com/shop.asc https://charts.example.com/shop/all.yaml',
    ],
  }).addHelpText(
    'after',
    '\nFrom then on documents there need a signature, in every config of this user. A key is a file or address with\na public key of OpenPGP or of Sigstore bundles, or the fingerprint of one that is trusted already.',
  )
  const all = consenting({
    words: 'all <key>',
    summary: 'trust a key for every document of the web that the config includes',
    examples: ['octo trust all ./shop.asc', 'octo trust all ./shop.asc -c prod.yaml'],
  }).option(
    '-c, --config <file>',
    'config file; repeat for several (default: octo.yaml or config.yaml here)',
    repeatable,
  )
  const remove = group({
    words: 'remove <key> [addresses...]',
    summary: 'trust a key no more, at all or for these addresses',
    examples: [
      'octo trust remove 71F2538A05EFCF2C',
      'octo trust remove 71F2538A05EFCF2C https://charts.example.com/shop/',
    ],
  })
  const list = group({ words: 'list', summary: 'show the trusted keys and what for', examples: ['octo trust list'] })
  onRun<ConsentFlags>(add, async (run) => (await import('./commands/trust/change.ts')).addCommand(run))
  onRun<AllFlags>(all, async (run) => (await import('./commands/trust/change.ts')).allCommand(run))
  onRun(remove, async (run) => (await import('./commands/trust/change.ts')).removeCommand(run))
  onRun(list, async (run) => (await import('./commands/trust/list.ts')).listCommand(run))
}

function addCacheCommands(program: Command): void {
  const cache = addCommand(program, {
    words: 'cache',
    summary: 'list, verify and clean the store on this machine',
    examples: ['octo cache list', 'octo cache verify', 'octo cache gc --dry-run'],
  })
  const group = (spec: CommandSpec, word: 'list' | 'verify' | 'gc') =>
    onRun<CacheOptions>(addCommand(cache, { ...spec, json: true }), async (run) =>
      (await import('./commands/cache.ts')).cacheCommand(word, run),
    )
  group({ words: 'list', summary: 'list what is in the store', examples: ['octo cache list'] }, 'list')
  group({ words: 'verify', summary: 'hash everything in the store', examples: ['octo cache verify'] }, 'verify')
  group(
    {
      words: 'gc',
      summary: 'remove what no known lockfile names',
      examples: ['octo cache gc', 'octo cache gc --dry-run'],
    },
    'gc',
  )
    .option('--dry-run', 'only say what would be removed')
    .option('--min-age-hours <hours>', 'keep what is younger', '24')
}
