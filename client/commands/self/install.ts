// `octo self install`: the last step of `install.sh`. An octo that was unpacked somewhere proves the archive that it came from, and makes
// an installation of it.
import { lstatSync, readlinkSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { coded } from '../../../schemas/errors.ts'
import { parseName } from '../../../schemas/name.ts'
import { quote, shellWord } from '../../../schemas/quote.ts'
import { onDisk } from '../../../system/files/errors.ts'
import { makeFolder } from '../../../system/files/make-folder.ts'
import { replaceLink } from '../../../system/files/replace-link.ts'
import { octoVersion } from '../../../system/octo-version.ts'
import type { Terminal } from '../../../terminal/index.ts'
import type { Run } from '../../../terminal/program.ts'
import type { InstallOutcome } from '../../installation/install.ts'
import { installItself } from '../../installation/install.ts'
import { placesOf, programIn } from '../../installation/places.ts'
import { keyOf } from '../add/consent.ts'

export type SelfInstallFlags = {
  readonly root?: string
  readonly repo?: string
  readonly key?: readonly string[]
  readonly archive?: string
  readonly bundle?: string
  readonly bin?: string
  readonly by?: string
}

const NEEDED = ['root', 'archive', 'bundle', 'repo'] as const

export async function installCommand({ options, terminal }: Run<SelfInstallFlags>): Promise<number> {
  const missing = NEEDED.find((name) => options[name] === undefined)
  const { root = '', archive = '', bundle = '', repo = '', key = [], by = 'octo self install' } = options
  if (missing || key.length === 0)
    throw coded('USAGE', {
      message: `\`--${missing ?? 'key'}\` is needed`,
      hint: '`sh install.sh BASE` fetches what is needed, and says all of it',
    })
  const outcome = await installItself({
    root: resolve(root),
    archive: resolve(archive),
    bundle: resolve(bundle),
    repo,
    by,
    version: octoVersion(),
    plugin: parseName('octo', 'plugin'),
    keys: key.map((text) => keyOf(text)),
    env: process.env,
    onWait: (line) => terminal.info(line),
  })
  const link = options.bin === undefined ? undefined : linkInto(resolve(options.bin), outcome.root)
  show(outcome, link, terminal)
  return 0
}

/** Nothing of anybody else's is replaced. Gives the link. */
function linkInto(bin: string, root: string): string {
  const link = join(bin, 'octo')
  const target = programIn(placesOf(root).current)
  onDisk(link, () => {
    makeFolder(bin)
    const there = lstatSync(link, { throwIfNoEntry: false })
    if (there && !(there.isSymbolicLink() && readlinkSync(link) === target)) throw taken(link, target)
    if (there) return
    replaceLink(link, target)
  })
  return link
}

function taken(link: string, target: string): Error {
  return coded('ALREADY_EXISTS', {
    message: `${quote(link)} is there and belongs to something else; octo is installed and starts as ${quote(target)}`,
    details: { path: link, target },
    hint: `move it away, and run \`ln -s ${shellWord(target)} ${shellWord(link)}\``,
  })
}

function show(outcome: InstallOutcome, link: string | undefined, terminal: Terminal): void {
  const { state, root, version, from, signer } = outcome
  const start = link ?? programIn(placesOf(root).current)
  terminal.result({
    json: { state, root, version, from: from ?? null, signer, link: link ?? null },
    text: () =>
      `octo ${version} ${state === 'installed' ? 'is installed' : 'was installed already'} in ${root}, and starts as ${start}`,
  })
  if (link === undefined) return
  const bin = link.slice(0, -'/octo'.length)
  if (!(process.env.PATH ?? '').split(delimiter).includes(bin))
    terminal.info(
      `${bin} is not on your PATH; this line, in your shell's profile too, puts it there:\nexport PATH=${shellWord(bin)}:"$PATH"`,
    )
}
