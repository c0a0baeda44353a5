// octo keygen: a key pair, and the lines that pin its public half.
import { open, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import type { Terminal } from '../../terminal/index.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { secretPrompt } from '../../terminal/secret-prompt.ts'
import { makeKeyPair, pinSnippet } from '../sign/make-key.ts'
import { readPassphraseFile } from '../sign/read-key.ts'

type KeygenOptions = {
  readonly out: string
  readonly type: string
  readonly passphrase?: boolean
  readonly passphraseFile?: string
}

export function addKeygen(program: Command): void {
  const command = addCommand(program, {
    words: 'keygen',
    summary: 'make a key pair for signing',
    examples: ['octo keygen', 'octo keygen --out keys/acme --passphrase', 'octo keygen --type ed25519 --json'],
    json: true,
  })
    .option('-o, --out <name>', 'writes NAME.key (private) and NAME.pub (public)', 'octo')
    .option('--type <type>', 'ecdsa-p256 or ed25519', 'ecdsa-p256')
    .option('--passphrase', 'encrypt the private key; asks, or takes OCTO_KEY_PASSPHRASE')
    .option('--passphrase-file <file>', 'encrypt the private key with the first line of this file')
  onRun<KeygenOptions>(command, async ({ options, terminal }) => {
    const { type, out } = options
    if (type !== 'ecdsa-p256' && type !== 'ed25519')
      throw coded('USAGE', {
        message: `key type ${quote(type)} does not exist, expected \`ecdsa-p256\` or \`ed25519\``,
      })
    const { privatePem, trustKey } = makeKeyPair(type, await choosePassphrase(options, terminal))
    const [privateFile, publicFile] = [`${out}.key`, `${out}.pub`]
    await writePair([privateFile, privatePem], [publicFile, trustKey.pem])
    terminal.result({
      json: { privateKey: privateFile, publicKey: publicFile, id: trustKey.id, type, line: publicKeyLine(trustKey) },
      verbatim: () =>
        `private key  ${privateFile}   (mode 0600: keep it secret, keep a copy)\npublic key   ${publicFile}\nkey id       ${trustKey.id}\n\n# whoever uses your plugins pins the public key in the config:\n${pinSnippet(trustKey)}`,
    })
    return 0
  })
}

async function choosePassphrase(options: KeygenOptions, terminal: Terminal): Promise<string | undefined> {
  if (options.passphraseFile) return readPassphraseFile(options.passphraseFile)
  if (!options.passphrase) return undefined
  if (process.env.OCTO_KEY_PASSPHRASE) return process.env.OCTO_KEY_PASSPHRASE
  const ask = secretPrompt(terminal, 'Passphrase for the new key')
  if (ask) return ask()
  throw coded('USAGE', {
    message: 'a passphrase is wanted and nobody can be asked',
    hint: 'use `--passphrase-file FILE`, or set OCTO_KEY_PASSPHRASE',
  })
}

/** `wx` refuses what exists: a key that was in use cannot be made again. */
async function writePair(secret: readonly [string, string], shared: readonly [string, string]): Promise<void> {
  try {
    await using file = await open(secret[0], 'wx', 0o600)
    await file.writeFile(secret[1])
    await file.sync()
    await writeFile(shared[0], shared[1], { flag: 'wx', mode: 0o644 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST')
      throw coded('ALREADY_EXISTS', {
        message: `${quote(secret[0])} or ${quote(shared[0])} exists, and keys are never written over`,
        hint: 'choose another name with `--out NAME`',
      })
    throw coded('IO_FAILED', {
      message: `the key cannot be written to ${quote(secret[0])}`,
      hint: 'choose a place that you may write with `--out NAME`',
      cause: error,
    })
  }
}
