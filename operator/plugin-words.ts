// The words for service plugins, which speak OCM's protocol: `octo plugin ls`, `inspect`, `call` and `check`.
import type { Command } from 'commander'
import { addCommand, onRun } from '../terminal/program.ts'
import { repeatable } from '../terminal/repeatable.ts'
import type { CallOptions } from './commands/plugin/call.ts'
import type { PluginOptions } from './commands/plugin/open-plugins.ts'

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
    words: 'check <file>',
    summary: 'run a plugin that you have, and say whether it keeps to the protocol',
    examples: ['octo plugin check ./helminput', 'octo plugin check ./helminput --json'],
    json: true,
  })
  check.addHelpText(
    'after',
    '\nThe exit code is 1 when a check has failed. What is weak works, but not as well as it could.',
  )
  onRun(check, async ({ args: [file = ''], terminal }) => {
    const { checkPluginCommand } = await import('./commands/plugin/check.ts')
    return checkPluginCommand(file, terminal)
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
    ],
  })
  finding(call)
    .option('--plugin <name>', 'the plugin to ask; else the one that has the type that the request is about')
    .option('--type <type>', 'what it is about, where the request does not say it')
    .option('--credentials <file>', 'JSON of the credentials, in a file that nobody else can read')
    .option('--ocm-config <file>', 'configurations for plugins, as OCM has them; repeat for several', repeatable)
    .option('--save <dir>', 'where files go that the plugin answers with (default: a new folder for temporary files)')
    .option('--timeout <time>', 'longest time for the answer, the start of the plugin included (default: 60s)')
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
  return command
    .option('-c, --config <file>', 'config file or URL; repeat for several, the first one is strongest', repeatable)
    .option('--offline', 'open no connection for the config')
    .option(
      '--plugin-directory <dir>',
      'a folder of plugins, in place of those of the config; repeat for several',
      repeatable,
    )
}
