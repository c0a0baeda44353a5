// The words of `octo self`.
import type { Command } from 'commander'
import type { CommandSpec } from '../../terminal/program.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { repeatable } from '../../terminal/repeatable.ts'
import type { SelfInstallFlags } from '../commands/self/install.ts'
import type { SelfUpdateFlags } from '../commands/self/update.ts'

export function addSelfWords(program: Command): void {
  const self = addCommand(program, {
    words: 'self',
    summary: 'show how octo is installed, update it, and go back',
    examples: ['octo self', 'octo self update --dry-run', 'octo self update', 'octo self rollback'],
    json: true,
  }).addHelpText(
    'after',
    '\nWhat came by a package manager, in an image or as a checkout is updated there, and not by octo: the exit code is 72.',
  )
  onRun(self, async (run) => (await import('../commands/self/status.ts')).statusCommand(run))
  const group = (spec: CommandSpec) => addCommand(self, { ...spec, json: true })
  const stepping = (spec: CommandSpec) =>
    group(spec)
      .option('-n, --dry-run', 'only say what would change')
      .option('--accept-layouts', 'go back although the older octo may not read what the newer one wrote')
  const update = stepping({
    words: 'update',
    summary: 'replace this octo with the newest that is offered, once it is proven and has started',
    examples: ['octo self update', 'octo self update --to 1.4.0', 'octo self update --rollback'],
  })
    .option('--to <version>', 'exactly this version, also when it is lower')
    .option('--rollback', 'go back to the version that was there before, as `octo self rollback` does')
    .addHelpText(
      'after',
      '\nServices and registries that run go on as they are until they are restarted. The version before is kept.',
    )
  onRun<SelfUpdateFlags>(update, async (run) => (await import('../commands/self/update.ts')).updateCommand(run))
  const rollback = stepping({
    words: 'rollback',
    summary: 'go back to the octo that was there before; no network is needed',
    examples: ['octo self rollback', 'octo self rollback --dry-run'],
  })
  onRun<SelfUpdateFlags>(rollback, async (run) => (await import('../commands/self/update.ts')).rollbackCommand(run))
  const install = group({
    words: 'install',
    summary: 'make an installation of the archive that this octo came from; `install.sh` calls it',
    examples: [
      'octo self install --root /opt/octo --archive octo.tar.gz --bundle release.sigstore.json --repo https://plugins.example.org/repos/core.yaml --key core.pub',
    ],
  })
    .option('--root <folder>', 'the folder of the installation')
    .option('--archive <file>', 'the archive of the release for this platform')
    .option('--bundle <file>', 'the signed statement of the release')
    .option('--repo <address>', 'the repo that newer versions come from')
    .option('--key <key>', 'public key whose signatures count, as one line or a file; repeat for several', repeatable)
    .option('--bin <folder>', 'also put a link to octo there')
    .option('--by <name>', 'what the record of the installation calls its maker')
  onRun<SelfInstallFlags>(install, async (run) => (await import('../commands/self/install.ts')).installCommand(run))
}
