// `octo add | remove | lock | install | update | outdated | list | info | search | why | graph | config | trust | cache`: the words for those who use
// plugins. A command loads what it needs when it runs.
import type { Command } from 'commander'
import type { CommandSpec, Run } from '../terminal/program.ts'
import { addCommand, onRun, openProgram, runProgram } from '../terminal/program.ts'
import { repeatable } from '../terminal/repeatable.ts'
import type { CacheOptions } from './commands/cache.ts'
import type { ClientFlags } from './commands/client-session.ts'
import type { GraphFlags } from './commands/graph.ts'
import type { InfoFlags } from './commands/info/info.ts'
import type { InstallFlags } from './commands/install.ts'
import type { UpdateFlags } from './commands/lock.ts'
import { addConfigWords } from './words/config.ts'
import { addEntryWords } from './words/entries.ts'
import { addSelfWords } from './words/self.ts'
import { addTrustWords } from './words/trust.ts'

export async function main(argv: readonly string[]): Promise<number> {
  const { readShapesPlainly } = await import('../schemas/short-run.ts')
  readShapesPlainly()
  return runProgram(clientProgram(), argv)
}

export function clientProgram(): Command {
  const program = openProgram()
  addEntryWords(program)
  addLockCommands(program)
  addQuestionCommands(program)
  addConfigWords(program)
  addTrustWords(program)
  addCacheCommands(program)
  addSelfWords(program)
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
  add<InstallFlags>(
    program,
    {
      words: 'install',
      summary: 'download and verify what is locked',
      examples: [
        'octo install',
        'octo install --frozen',
        'octo install --frozen --offline --platform linux_arm64',
        'octo install --frozen --to /opt/checks',
        'OCTO_SHARED_STORE=/var/lib/octo-shared octo install --shared',
      ],
    },
    async (run) => (await import('./commands/install.ts')).installCommand(run),
  )
    .option('--frozen', 'take exactly what octo.lock says and never write it')
    .option('--shared', 'into the store that OCTO_SHARED_STORE names, for all users of this machine to read')
    .option('--to <folder>', 'also copy the plugins there, as programs that need no octo: `bin/PLUGIN`')
    .addHelpText(
      'after',
      '\n`--to` is for images and volumes of containers. It takes plugins that are one program of Linux, linked statically,\nand refuses others; nothing proves the copies any more.',
    )
  const update = add<UpdateFlags>(
    program,
    {
      words: 'update [plugins...]',
      summary: 'move locked plugins to newer versions',
      examples: ['octo update', 'octo update check-tcp', 'octo update --dry-run'],
    },
    async (run) => (await import('./commands/lock.ts')).updateCommand(run),
  )
    .option('--dry-run', 'only say what would change')
    .option('--yes', 'ask nothing: major steps, and steps back to an older version, are wanted')
    .addHelpText(
      'after',
      '\nA major step, and one back because a version was withdrawn, is asked about; where nobody can be asked it needs `--yes`.' +
        '\nA range in the config keeps a step out; one that the locked version does not answer has said yes already.',
    )
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
      words: 'outdated [plugins...]',
      summary: 'list what `octo update` would move, and what your ranges keep out',
      examples: ['octo outdated', 'octo outdated check-tcp', 'octo outdated --json'],
    },
    async (run) => (await import('./commands/outdated.ts')).outdatedCommand(run),
  ).addHelpText(
    'after',
    '\nThe exit code is 1 where `octo update` would change something or a locked version was withdrawn, and another where a repo' +
      '\ncannot be asked. What a range keeps out, and what is only deprecated, is listed and changes no exit code.',
  )
  add<InfoFlags>(
    program,
    {
      words: 'info <plugin>',
      summary: 'show one plugin: arguments, a check to paste, platforms, versions, signer, what changed',
      examples: ['octo info check-tcp', 'octo info core/check-tcp@1.0.0 --json', 'octo info --changes check-tcp'],
    },
    async (run) => (await import('./commands/info/info.ts')).infoCommand(run),
  )
    .option('--changes', 'what changed since the locked version, else since the one before')
    .option('--changes-since <version>', 'what changed since this one')
    .addHelpText('after', '\nA version or range behind `@` is described in place of the newest one.')
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
  add<GraphFlags>(
    program,
    {
      words: 'graph [services...]',
      summary: 'draw services, what they wait for, and their plugins',
      examples: ['octo graph', 'octo graph web --format svg > web.svg'],
    },
    async (run) => (await import('./commands/graph.ts')).graphCommand(run),
  )
    .option('-f, --format <format>', 'mermaid or svg (default: mermaid)')
    .addHelpText(
      'after',
      '\nA line is what a service waits for, a dotted one the plugins that run it, check it and give it secrets.\nNamed services are drawn with all that they wait for.',
    )
}

function addCacheCommands(program: Command): void {
  const cache = addCommand(program, {
    words: 'cache',
    summary: 'list, verify and clean the store on this machine',
    json: true,
    examples: ['octo cache', 'octo cache list', 'octo cache verify', 'octo cache gc --dry-run'],
  })
  onRun<CacheOptions>(cache, async (run) => (await import('./commands/cache.ts')).cacheCommand('summary', run))
  const group = (spec: CommandSpec, word: 'list' | 'verify' | 'gc') =>
    onRun<CacheOptions>(addCommand(cache, { ...spec, json: true }), async (run) =>
      (await import('./commands/cache.ts')).cacheCommand(word, run),
    )
  group({ words: 'list', summary: 'list what is in the store', examples: ['octo cache list'] }, 'list')
  group({ words: 'verify', summary: 'hash everything in the store', examples: ['octo cache verify'] }, 'verify')
  group(
    {
      words: 'gc',
      summary: 'remove what no known lockfile names and nobody uses',
      examples: ['octo cache gc', 'octo cache gc --dry-run'],
    },
    'gc',
  )
    .option('--dry-run', 'only say what would be removed')
    .option('--min-age-hours <hours>', 'keep what is younger', '24')
}
