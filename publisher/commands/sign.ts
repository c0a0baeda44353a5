// octo sign: dist/release.json → dist/release.sigstore.json, proven right after signing.
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { coded } from '../../schemas/errors.ts'
import { parseName } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleasePredicate } from '../../schemas/release-statement.ts'
import { BUNDLE_FILE } from '../../static-tree/paths.ts'
import type { Terminal } from '../../terminal/index.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { secretPrompt } from '../../terminal/secret-prompt.ts'

type SignOptions = {
  readonly key?: string
  readonly repo?: string
  readonly out?: string
  readonly statement?: string
}

export function addSign(program: Command): void {
  const command = addCommand(program, {
    words: 'sign [dir]',
    summary: 'sign built artifacts',
    examples: [
      'octo sign --key octo.key',
      'OCTO_SIGNING_KEY_FILE=octo.key octo sign my-plugin --repo core',
      'octo sign --statement statement.json',
    ],
    json: true,
  })
    .option('-k, --key <file>', 'private key; else OCTO_SIGNING_KEY_FILE or the text in OCTO_SIGNING_KEY')
    .option('--repo <repo>', 'repo to sign for, in place of the one that plugin.yaml names')
    .option('-o, --out <dir>', 'folder that `octo build` wrote')
    .option('--statement <file>', 'sign nothing: write what another signer has to sign, for `octo publish --bundle`')
  onRun<SignOptions>(command, async ({ args, options, terminal }) => {
    const dir = resolve(args[0] ?? '.')
    const out = resolve(options.out ?? join(dir, 'dist'))
    const [{ readProject }, { readSigningKey }, { signRelease }, dist, dists] = await Promise.all([
      import('../project/read-project.ts'),
      import('../sign/read-key.ts'),
      import('../sign/sign-release.ts'),
      import('../dist-folder/release-file.ts'),
      import('../dist-folder/check-dist.ts'),
    ])
    const draft = await dist.readDraft(out)
    const project = await readProject(dir)
    dists.requireCurrent(project, draft)
    await dists.checkDist(out, draft)
    const repo = options.repo === undefined ? undefined : parseName(options.repo, 'repo')
    const predicate = { ...draft, repo: dist.chooseRepo(draft.plugin, repo ?? draft.repo) }
    if (options.statement !== undefined) return writeStatement(predicate, resolve(options.statement), terminal)
    const askPassphrase = secretPrompt(terminal, 'Passphrase of the signing key')
    const key = await readSigningKey({ file: options.key, env: process.env, askPassphrase })
    const { release, reused } = await signRelease(out, predicate, key)
    const path = join(out, BUNDLE_FILE)
    const { signer, bundleDigest } = release
    terminal.result({
      json: {
        bundle: path,
        digest: bundleDigest,
        signer,
        reused,
        repo: predicate.repo,
        plugin: predicate.plugin,
        version: predicate.version,
      },
      text: () => `${reused ? 'kept' : 'wrote'} ${path}\nsigned by ${signer}`,
    })
    return 0
  })
}

/** The in-toto statement, as `cosign attest-blob --statement` and key services take it. */
async function writeStatement(predicate: ReleasePredicate, file: string, terminal: Terminal): Promise<number> {
  const { PAYLOAD_TYPE, renderReleaseStatement } = await import('../../schemas/release-statement.ts')
  const statement = renderReleaseStatement(predicate)
  await writeFile(file, JSON.stringify(statement)).catch((cause: unknown) => {
    throw coded('IO_FAILED', { message: `${quote(file)} cannot be written`, details: { path: file }, cause })
  })
  const { repo, plugin, version } = predicate
  terminal.result({
    json: { statement: file, repo, plugin, version },
    text: () =>
      `wrote ${file}\nsign it as a DSSE envelope of type ${PAYLOAD_TYPE} in a Sigstore bundle, then \`octo publish --bundle\``,
  })
  return 0
}
