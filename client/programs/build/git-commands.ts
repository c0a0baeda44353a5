// git of this machine, asked for one commit of a repository from elsewhere: no configuration but ours, no hooks, no helpers, no submodules,
// one protocol, nobody to ask. What it brings is only what the commit names.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { GitSource } from '../../../config/model/program-source.ts'
import { coded } from '../../../schemas/errors.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import { shownDuration } from '../../../schemas/shown-duration.ts'
import type { Launch, LaunchFailure } from '../../../system/process/launch.ts'
import type { Ending } from '../../../system/process/run-process.ts'
import type { BuildPlace } from './build-place.ts'
import { KEPT, lastLines } from './build-place.ts'

const FETCH_MS = 600_000
const LOOK_MS = 60_000
const COMMIT = /^[0-9a-f]{40}$/

/** Only a whole commit names its content. */
export function isCommit(ref: string): boolean {
  return COMMIT.test(ref)
}

/** Files of the commit in the folder; throws FETCH_FAILED, RUNTIME_MISSING, LIMIT_EXCEEDED or INTERRUPTED. */
export async function checkOut({ repo, ref }: GitSource, folder: string, place: BuildPlace): Promise<void> {
  mkdirSync(folder, { mode: 0o700 })
  const git = (words: readonly string[], timeoutMs = FETCH_MS) => runGit(words, { repo, cwd: folder, place, timeoutMs })
  await git(['init', '--quiet', '--template=', '--object-format=sha1'])
  const one = await gitEnding(['fetch', ...PLAIN, '--depth=1', '--', repo, ref], {
    repo,
    cwd: folder,
    place,
    timeoutMs: FETCH_MS,
  })
  // Some servers give no single commit, and files on a web server are no server at all.
  if (one.exitCode !== 0)
    await git(['fetch', ...PLAIN, '--', repo, '+refs/heads/*:refs/octo/heads/*', '+refs/tags/*:refs/octo/tags/*'])
  await git(['checkout', '--quiet', '--detach', ref, '--'])
  const found = (await git(['rev-parse', '--verify', 'HEAD'], LOOK_MS)).trim()
  if (found !== ref) throw failed(repo, `gave the commit ${quote(found)}, expected ${quote(ref)}`)
}

const PLAIN = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-auto-maintenance'] as const

/** The commit that a branch or tag means now; undefined where nothing has that name. */
export async function commitOf({ repo, ref }: GitSource, place: BuildPlace): Promise<string | undefined> {
  const names = ref.startsWith('refs/') ? [ref] : [`refs/tags/${ref}`, `refs/heads/${ref}`]
  const patterns = names.flatMap((name) => [name, `${name}^{}`])
  const text = await runGit(['ls-remote', '--quiet', '--', repo, ...patterns], {
    repo,
    cwd: place.folder,
    place,
    timeoutMs: LOOK_MS,
  })
  const found = new Map(text.split('\n').map((line) => line.split('\t').toReversed() as [string, string]))
  // Of a tag that is signed, the commit is what it points to.
  return names.flatMap((name) => [found.get(`${name}^{}`), found.get(name)]).find((one) => one && isCommit(one))
}

type Asking = {
  readonly repo: string
  readonly cwd: string
  readonly place: BuildPlace
  readonly timeoutMs: number
}

/** What it prints; throws FETCH_FAILED where it did not end well. */
async function runGit(words: readonly string[], asking: Asking): Promise<string> {
  const ending = await gitEnding(words, asking)
  if (ending.exitCode === 0) return ending.stdout.text
  const how = ending.stopped === 'timeout' ? `did not end within ${shownDuration(asking.timeoutMs)}` : lastLines(ending)
  throw failed(asking.repo, how)
}

function gitEnding(words: readonly string[], { repo, cwd, place, timeoutMs }: Asking): Promise<Ending> {
  const what = { file: 'git', argv: [...OURS, ...words], env: gitEnvironment(repo, place), cwd }
  return place.run(what, { timeoutMs, words: gitWords, kept: KEPT })
}

const OURS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'credential.helper=',
  'submodule.recurse=false',
  'protocol.version=2',
  'gc.auto=0',
  'advice.detachedHead=false',
].flatMap((setting) => ['-c', setting])

function gitEnvironment(repo: string, { folder, env, shared }: BuildPlace): Record<string, string> {
  const { SSH_AUTH_SOCK: agent, SSL_CERT_FILE: authorities } = env
  return {
    ...shared,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_ALLOW_PROTOCOL: new URL(repo).protocol.slice(0, -1),
    GIT_CEILING_DIRECTORIES: join(folder, '..'),
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
    ...omitUndefined({ SSH_AUTH_SOCK: agent, GIT_SSL_CAINFO: authorities }),
  }
}

function gitWords(_what: Launch, { reason, code, cause }: LaunchFailure): Error {
  return coded('RUNTIME_MISSING', {
    message:
      reason === 'file'
        ? '`git` is not on this machine, and a service is built from its source'
        : `\`git\` cannot be started: ${code}`,
    details: { reason: code },
    hint: 'install git, or give the service a program that is built already: `binary` or `image`',
    cause,
  })
}

function failed(repo: string, how: string): Error {
  return coded('FETCH_FAILED', {
    message: `git cannot get the source of ${quote(repo)}: ${printable(how, 1000)}`,
    details: { repo, reason: 'git' },
  })
}
