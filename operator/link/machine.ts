// The programs that a shim is made of. Whoever could replace one of them would decide what runs.
import { existsSync, statSync } from 'node:fs'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { problemOfPath } from '../../system/files/owned-path.ts'
import { askProgram } from '../../system/process/ask-program.ts'

export type LinkMachine = {
  /** With its flag, as the first line of a script names it. */
  readonly shell: string
  readonly stat: string
  readonly env: string
}

const USUAL = {
  platform: process.platform as string,
  shell: ['/bin/sh'],
  // Alpine has the second one only.
  stat: ['/usr/bin/stat', '/bin/stat'],
  env: ['/usr/bin/env'],
}

/** Throws LINK_REFUSED or LINK_UNSAFE. */
export function findLinkMachine(usual: Partial<typeof USUAL> = {}): LinkMachine {
  const { platform, ...places } = { ...USUAL, ...usual }
  if (platform !== 'linux')
    throw coded('LINK_REFUSED', {
      message: `plugins are linked on Linux only, and this is ${quote(platform)}`,
      details: { platform },
      hint: 'use `octo run PLUGIN`',
    })
  return {
    shell: shellLine(requireOf(places.shell)),
    stat: requireOf(places.stat),
    env: requireOf(places.env),
  }
}

/**
 * With `-p` a shell takes no functions and no settings from its environment. BusyBox knows no such flag, and takes none anyway.
 */
// allow(dead-export): the test asks for shells that are not on its machine
export function shellLine(shell: string): string {
  return isTaken(shell, ['-p', '-c', 'exit 0']) ? `${shell} -p` : shell
}

function isTaken(shell: string, words: readonly string[]): boolean {
  return askProgram({ file: shell, argv: words }).exitCode === 0
}

function requireOf(candidates: readonly string[]): string {
  const found = candidates.find((path) => existsSync(path))
  if (found === undefined)
    throw coded('LINK_REFUSED', {
      message: `a shim needs ${candidates.map(quote).join(' or ')}, which is not on this machine`,
      details: { candidates },
      hint: 'use `octo run PLUGIN`',
    })
  const problem = problemOfPath(found) ?? notOfRoot(found)
  if (!problem) return found
  throw coded('LINK_UNSAFE', {
    message: `a shim would start ${quote(found)}, and ${quote(problem.place)} ${problem.problem}`,
    details: { file: found, place: problem.place },
    hint: 'let it belong to root, and let only root write there',
  })
}

function notOfRoot(path: string) {
  const { uid } = statSync(path)
  return uid === 0 ? undefined : { place: path, problem: `belongs to uid ${uid}, expected root` }
}
