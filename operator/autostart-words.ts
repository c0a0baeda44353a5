// The command lines of `octo autostart`.
import type { Command } from 'commander'
import type { CommandSpec } from '../terminal/program.ts'
import { addCommand, onRun } from '../terminal/program.ts'
import type { AutostartOptions } from './commands/autostart-unit.ts'
import { shared } from './shared-options.ts'

export function addAutostartWords(program: Command): void {
  const group = addCommand(program, {
    words: 'autostart',
    summary: 'start the services with the machine, or with you',
    examples: [
      'octo autostart enable --now',
      'octo autostart enable --system --user shop',
      'octo autostart status',
      'octo autostart disable',
    ],
  })
  const add = (spec: CommandSpec) =>
    shared(addCommand(group, spec)).option('--system', 'a unit of the machine, instead of one of yours')
  const enable = add({
    words: 'enable',
    summary: 'write a systemd unit that supervises the services, and enable it',
    examples: [
      'octo autostart enable --now',
      'octo autostart enable --print',
      'sudo octo autostart enable --system --user shop',
    ],
  })
    .option('--user <name>', 'whose the services are, with `--system`')
    .option('--now', 'start it at once, too')
    .option('--print', 'show the unit, and do nothing')
  onRun<AutostartOptions>(enable, async ({ options, terminal }) => {
    const { enableAutostart } = await import('./commands/autostart.ts')
    return enableAutostart(options, terminal)
  })
  const status = add({
    words: 'status',
    summary: 'say whether the services start by themselves; with exit code 1 where they do not',
    examples: ['octo autostart status', 'octo autostart status --json'],
    json: true,
  })
  onRun<AutostartOptions>(status, async ({ options, terminal }) => {
    const { autostartStatus } = await import('./commands/autostart-status.ts')
    return autostartStatus(options, terminal)
  })
  const disable = add({
    words: 'disable',
    summary: 'take the unit away; what runs goes on running',
    examples: ['octo autostart disable', 'sudo octo autostart disable --system'],
  })
  onRun<AutostartOptions>(disable, async ({ options, terminal }) => {
    const { disableAutostart } = await import('./commands/autostart.ts')
    return disableAutostart(options, terminal)
  })
}
