// The words for service plugins, which speak OCM's protocol: `octo plugin ls`, `inspect`, `call` and `check`; and for those that
// run: `ps`, `stop` and `logs`.
import type { Command } from 'commander'
import { Option } from 'commander'
import { addCommand, onRun } from '../terminal/program.ts'
import { repeatable } from '../terminal/repeatable.ts'
import type { CallOptions } from './commands/plugin/call.ts'
import type { LogsOptions } from './commands/plugin/logs.ts'
import type { PluginOptions } from './commands/plugin/open-plugins.ts'
import type { RunningOptions } from './commands/plugin/ps.ts'
import type { ServeOptions } from './commands/plugin/serve.ts'
import type { StopOptions } from './commands/plugin/stop.ts'
import { shared } from './shared-options.ts'

export function addPluginWords(program: Command): void {
  const plugin = addCommand(program, {
    words: 'plugin',
    summary: 'list and ask service plugins, which speak the protocol of the Open Component Model',
    examples: ['octo plugin ls', 'octo plugin ls --plugin-directory ~/.config/ocm/plugins'],
  })
  const ls = addCommand(plugin, {
    words: 'ls',
    summary: 'list the service plugins, what they can do, and why each may run',
    examples: ['octo plugin ls', 'octo plugin ls --plugin-directory ./plugins --json'],
    json: true,
  })
  onRun<PluginOptions>(finding(ls), async ({ options, terminal }) => {
    const { listPluginsCommand } = await import('./commands/plugin/ls.ts')
    return listPluginsCommand(options, terminal)
  })
  const inspect = addCommand(plugin, {
    words: 'inspect <plugin>',
    summary: 'show everything that a service plugin declares',
    examples: ['octo plugin inspect helminput', 'octo plugin inspect helminput --json'],
    json: true,
  })
  onRun<PluginOptions>(finding(inspect), async ({ args: [name = ''], options, terminal }) => {
    const { inspectPluginCommand } = await import('./commands/plugin/inspect.ts')
    return inspectPluginCommand(name, options, terminal)
  })
  addCall(plugin)
  const check = addCommand(plugin, {
    words: 'check <plugin>',
    summary: 'run a plugin, by its name or as a file that you have, and say whether it keeps to the protocol',
    examples: ['octo plugin check ./helminput', 'octo plugin check helminput --json'],
    json: true,
  })
  finding(check).addHelpText(
    'after',
    '\nA file is run as it is; what `octo plugin ls` shows has to be proven. The exit code is 1 when a check has failed. What is weak works, but not as well as it could.',
  )
  onRun<PluginOptions>(check, async ({ args: [words = ''], options, terminal }) => {
    const { checkPluginCommand } = await import('./commands/plugin/check.ts')
    return checkPluginCommand(words, options, terminal)
  })
  addRunning(plugin)
}

/** One that runs is used by all calls of this user that would start it in the same way. */
function addRunning(plugin: Command): void {
  const serve = addCommand(plugin, {
    words: 'serve <plugins...>',
    summary: 'keep service plugins running for all calls, here until Ctrl-C, as a service of `octo start` or systemd',
    examples: ['octo plugin serve helminput', 'octo plugin serve helminput vault --frozen'],
  })
  finding(serve)
    .option('--ocm-config <file>', 'configurations for plugins, as OCM has them, as for `octo plugin call`', repeatable)
    .addHelpText(
      'after',
      '\nOne that ends is started again. Calls find them that have the same folder, configurations and variables.',
    )
  onRun<ServeOptions>(serve, async ({ args, options, terminal }) => {
    const { servePluginsCommand } = await import('./commands/plugin/serve.ts')
    return servePluginsCommand(args, options, terminal)
  })
  const ps = addCommand(plugin, {
    words: 'ps',
    summary: 'show the service plugins that run, and what they use',
    examples: ['octo plugin ps', 'octo plugin ps --json', 'octo plugin ps --metrics plugins.prom'],
    json: true,
  })
  ps.option('--metrics <file-or-url>', 'also write what was counted for Prometheus, or send it to a collector by OTLP')
    .option('--world-readable', 'let everybody on this machine read the file of `--metrics`')
    .addOption(
      new Option('--look-after', 'see to those that are kept until there are none, as one octo does').hideHelp(),
    )
  onRun<RunningOptions>(ps, async ({ options, terminal }) => {
    const { runningPluginsCommand } = await import('./commands/plugin/ps.ts')
    return runningPluginsCommand(options, terminal)
  })
  const stop = addCommand(plugin, {
    words: 'stop [plugins...]',
    summary: 'end service plugins that run, after the calls under way on them',
    examples: ['octo plugin stop helminput', 'octo plugin stop', 'octo plugin stop --timeout 0s --json'],
    json: true,
  })
  stop
    .option('--timeout <time>', 'how long calls under way are waited for (default: 10s)')
    .addHelpText('after', '\nThe exit code is 1 when one of them still runs.')
  onRun<StopOptions>(stop, async ({ args, options, terminal }) => {
    const { stopPluginsCommand } = await import('./commands/plugin/stop.ts')
    return stopPluginsCommand(args, options, terminal)
  })
  const logs = addCommand(plugin, {
    words: 'logs [plugins...]',
    summary: 'show what service plugins printed that run, or have ended within the last day',
    examples: ['octo plugin logs helminput', 'octo plugin logs --follow', 'octo plugin logs --since 10m --json'],
    json: true,
  })
  logs
    .option('-f, --follow', 'go on as more is written, until Ctrl-C')
    .option('--since <when>', 'a duration such as `10m`, or a moment')
    .option('-n, --tail <lines>', 'only the last so many of each, of those that are there')
  onRun<LogsOptions>(logs, async ({ args, options, terminal }) => {
    const { pluginLogsCommand } = await import('./commands/plugin/logs.ts')
    return pluginLogsCommand(args, options, terminal)
  })
}

function addCall(plugin: Command): void {
  const call = addCommand(plugin, {
    words: 'call <endpoint> [request]',
    summary: 'ask a service plugin, and show its answer as JSON',
    examples: [
      `octo plugin call listComponents '{"repository": {"type": "Acme/v1"}, "last": ""}'`,
      `octo plugin call getComponentVersion '{"name": "acme.org/app", "version": "1.0.0"}' --type Acme/v1`,
      'octo plugin call signingHandler.sign @request.json --credentials key.json --plugin acme-sign',
      `octo plugin call transformBlob '{"specification": {"type": "Gzip/v1"}}' --blob image.tar --save packed`,
    ],
  })
  finding(call)
    .option('--plugin <name>', 'the plugin to ask; else the one that has the type that the request is about')
    .option('--type <type>', 'what it is about, where the request does not say it')
    .option('--credentials <file>', 'JSON of the credentials, in a file that nobody else can read')
    .option(
      '--ocm-config <file>',
      'configurations for plugins, as OCM has them, beside those of the config; repeat for several',
      repeatable,
    )
    .option(
      '--blob <file>',
      'the bytes that the request is about, where it names none: a file, or `-` for standard input',
    )
    .option(
      '--save <dir>',
      'where files go that the plugin answers with, or `-` for their bytes on standard output (default: a new folder for temporary files)',
    )
    .option('--timeout <time>', 'longest time for the answer, the start of the plugin included (default: 60s)')
    .option(
      '--keep <time>',
      'leave the plugin running for other calls, until nobody has asked it for so long; one that runs keeps its own time',
    )
    .addHelpText(
      'after',
      '\nThe request is JSON as it is typed, `@FILE`, or `-` for standard input. `octo plugin inspect` shows the endpoints.',
    )
  onRun<CallOptions>(call, async ({ args, options, terminal }) => {
    const { callPluginCommand } = await import('./commands/plugin/call.ts')
    return callPluginCommand(args, options, terminal)
  })
}

function finding(command: Command): Command {
  return shared(command).option(
    '--plugin-directory <dir>',
    'a folder of plugins, in place of the folders of the config; repeat for several',
    repeatable,
  )
}
