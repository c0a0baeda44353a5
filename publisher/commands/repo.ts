// octo repo build: a whole repo as static files, without a server.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { parsePublicKey } from '../../schemas/trust-key.ts'
import type { VersionStanding } from '../../schemas/version-notes.ts'
import { versionNotes } from '../../schemas/version-notes.ts'
import { parseBaseUrl } from '../../static-tree/base-url.ts'
import { readGivenFile } from '../../system/files/given-file.ts'
import { count } from '../../terminal/index.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { repeatable } from '../../terminal/repeatable.ts'
import { sayStillRunning } from '../../terminal/say-still-running.ts'
import { epochSeconds } from '../pack/epoch-seconds.ts'

const MAX_KEY_BYTES = 4096

type RepoBuildOptions = { readonly out: string; readonly url: string; readonly publicKey: readonly string[] }

export function addRepo(program: Command): void {
  const group = addCommand(program, {
    words: 'repo',
    summary: 'write a whole repo as static files, without a server',
    examples: ['octo repo build --out site --url https://plugins.example.com --public-key octo.pub my-plugin/dist'],
  })
  const command = addCommand(group, {
    words: 'build [dists...]',
    summary: 'add signed releases to a static tree that any web server can serve',
    examples: [
      'octo repo build --out site --url https://plugins.example.com --public-key octo.pub my-plugin/dist',
      'octo repo build --out site --url https://new.example.com --public-key octo.pub',
    ],
    json: true,
  })
    .requiredOption('-o, --out <dir>', 'folder of the tree; what it holds already is kept')
    .requiredOption('--url <url>', 'address that the folder will be served at')
    .requiredOption(
      '--public-key <key>',
      'key that must have signed: a file, or its one line; repeat for several',
      repeatable,
    )
  onRun<RepoBuildOptions>(command, async ({ args, options, terminal }) => {
    const { buildRepo } = await import('../static-repo/build-repo.ts')
    const keyring = await Promise.all(options.publicKey.map(readPublicKey))
    const dists = args.map((dist) => resolve(dist))
    const base = parseBaseUrl(options.url)
    using working = sayStillRunning(terminal, `writing ${options.out}`)
    const built = await buildRepo({
      root: resolve(options.out),
      base,
      keyring,
      dists,
      publishedAt: now(process.env),
      onWait: (line) => terminal.info(line),
    })
    working[Symbol.dispose]()
    terminal.result({
      json: built,
      text: () =>
        [
          ...built.added.map((release) => `added      ${release}`),
          ...built.unchanged.map((release) => unchangedLine(release, built.standings[release])),
          `${count(built.plugins, 'plugin')} in ${count(built.repos.length, 'repo')}, ${count(built.written, 'document')} written`,
        ].join('\n'),
    })
    return 0
  })
}

function unchangedLine(release: string, standing: VersionStanding | undefined): string {
  return [`unchanged  ${release}`, ...(standing ? versionNotes(standing) : [])].join(', ')
}

/** SOURCE_DATE_EPOCH makes the whole tree reproducible. */
function now({ SOURCE_DATE_EPOCH: epoch }: NodeJS.ProcessEnv): string {
  return new Date(epoch === undefined ? Date.now() : epochSeconds(epoch) * 1000).toISOString()
}

function readPublicKey(text: string): TrustKey {
  if (/^[A-Za-z0-9+/]{60,}={0,2}$/.test(text)) return parsePublicKey(text, '--public-key')
  const hint = 'name the `.pub` file that `octo keygen` wrote, or give the key itself in one line'
  return parsePublicKey(
    readGivenFile(text, { what: 'public key file', maxBytes: MAX_KEY_BYTES, hint }).toString(),
    text,
  )
}
