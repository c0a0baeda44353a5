// The words that write repos and plugins into a config: `octo add`, `octo remove`.
import type { Command } from 'commander'
import type { CommandSpec } from '../../terminal/program.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { repeatable } from '../../terminal/repeatable.ts'
import type { AddCheckFlags } from '../commands/add/check.ts'
import type { AddRepoFlags } from '../commands/add/repo.ts'

export function addEntryWords(program: Command): void {
  const written = (spec: CommandSpec) =>
    addCommand(program, { ...spec, json: true })
      .option(
        '-c, --config <file>',
        'the config that is written, and others that are only read (default: octo.yaml or config.yaml here)',
        repeatable,
      )
      .option('--lock <file>', 'lockfile (default: octo.lock beside octo.yaml, prod.lock beside prod.yaml)')
  const plus = written({
    words: 'add <plugin-or-address>',
    summary: 'write a plugin, a check or a repo into the config, once it is proven',
    examples: [
      'octo add check-tcp',
      'octo add core/check-tcp@^1.2',
      'octo add check-tcp --service web --args port=8080',
      'octo add https://plugins.example.org/repos/core.yaml --key ./core.pub',
      'octo add ocm://ghcr.io/acme//acme.org/plugin-registry --key ./signer.pem',
    ],
  })
    .option('--service <service>', 'write the plugin as a check of this service')
    .option('--args <name=value>', 'an argument of the check; repeat for several', repeatable)
    .option('--phase <phase>', 'preflight, health or init (default: what the plugin says it is for)')
    .option('--name <name>', 'what the config calls the repo (default: as it is called in its address)')
    .option(
      '--key <key>',
      'public key whose signatures count there, as one line or a file; repeat for several',
      repeatable,
    )
    .option(
      '--digest <digest>',
      'of a registry of OCM (`ocm://…`): the digest of its component version, as its owner tells it',
    )
    .option('--unsigned', 'nothing that the repo serves is proven')
    .option('--yes', 'ask nothing: the keys were compared')
    .addHelpText(
      'after',
      '\nA key comes from whoever publishes, and not from the registry. It is tried on what the repo offers before anything is written.' +
        '\nA repo that the config has already gets a new key beside those that it has.' +
        '\nA secret argument of a check is written as the name of an environment variable: `--args password={{.env.DB_PASSWORD}}`.',
    )
  onRun<AddRepoFlags & AddCheckFlags>(plus, async (run) => (await import('../commands/add/add.ts')).addCommand(run))
  const minus = written({
    words: 'remove <name>',
    summary: 'take a plugin or a repo out of the config',
    examples: ['octo remove check-tcp', 'octo remove core --repo'],
  }).option('--repo', 'the repo of that name, where a plugin has it too')
  onRun<AddRepoFlags>(minus, async (run) => (await import('../commands/add/add.ts')).removeCommand(run))
}
