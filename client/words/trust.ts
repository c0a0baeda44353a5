// The words of `octo trust`.
import type { Command } from 'commander'
import type { CommandSpec } from '../../terminal/program.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { repeatable } from '../../terminal/repeatable.ts'
import type { AllFlags } from '../commands/trust/change.ts'
import type { ConsentFlags } from '../commands/trust/consent.ts'

export function addTrustWords(program: Command): void {
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
  onRun<ConsentFlags>(add, async (run) => (await import('../commands/trust/change.ts')).addCommand(run))
  onRun<AllFlags>(all, async (run) => (await import('../commands/trust/change.ts')).allCommand(run))
  onRun(remove, async (run) => (await import('../commands/trust/change.ts')).removeCommand(run))
  onRun(list, async (run) => (await import('../commands/trust/list.ts')).listCommand(run))
}
