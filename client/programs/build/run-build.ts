// Runs the commands of a build in a checkout, one after the other and without a shell, and takes the one file that is the program.
import { copyFileSync, lstatSync, realpathSync, rmSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import type { Command, GitSource } from '../../../config/model/program-source.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { coded } from '../../../schemas/errors.ts'
import { LIMITS } from '../../../schemas/limits.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import { shownDuration } from '../../../schemas/shown-duration.ts'
import { isMissing } from '../../../system/files/errors.ts'
import { digestOfFileSync } from '../../../system/files/hash-file.ts'
import type { Launch, LaunchFailure } from '../../../system/process/launch.ts'
import { onStoreDisk } from '../../store/disk.ts'
import type { Layout } from '../../store/layout.ts'
import { commitBlob, stagedFile } from '../keep-program.ts'
import type { BuildPlace } from './build-place.ts'
import { KEPT, lastLines } from './build-place.ts'

type Build = { readonly source: GitSource; readonly service: string; readonly folder: string }

type Built = { readonly digest: Digest; readonly file: string }

/** Afterwards the store has the program as a blob. Throws BUILD_FAILED, LIMIT_EXCEEDED or INTERRUPTED. */
export async function runBuild({ source, service, folder }: Build, place: BuildPlace, layout: Layout): Promise<Built> {
  const endsAt = performance.now() + source.timeoutMs
  for (const command of source.build) {
    const leftMs = Math.max(1, Math.round(endsAt - performance.now()))
    await runOne(command, { service, folder, place, leftMs, timeoutMs: source.timeoutMs })
  }
  return take(programIn(folder, source.binary, service), layout)
}

type Running = {
  readonly service: string
  readonly folder: string
  readonly place: BuildPlace
  readonly leftMs: number
  readonly timeoutMs: number
}

async function runOne(
  [program, ...argv]: Command,
  { service, folder, place, leftMs, timeoutMs }: Running,
): Promise<void> {
  const command = [program, ...argv].join(' ')
  const file = program.includes('/') && !program.startsWith('/') ? join(folder, program) : program
  const words = (_what: Launch, { code, cause }: LaunchFailure) =>
    buildFailed(service, command, { how: `could not be started: ${code}`, output: '', cause })
  const what = { file, argv, env: place.shared, cwd: folder }
  const ending = await place.run(what, { timeoutMs: leftMs, words, kept: KEPT })
  if (ending.stopped === 'timeout')
    throw buildFailed(service, command, {
      how: `did not end within ${shownDuration(timeoutMs)}`,
      output: lastLines(ending),
    })
  if (ending.exitCode === 0) return
  const how = `ended with ${ending.signal ?? `exit code ${ending.exitCode}`}`
  throw buildFailed(service, command, { how, output: lastLines(ending) })
}

type Failure = { readonly how: string; readonly output: string; readonly cause?: unknown }

function buildFailed(service: string, command: string, { how, output, cause }: Failure): Error {
  const told = output === '' ? '' : `: ${printable(output.split('\n').at(-1) ?? '', 300)}`
  return coded('BUILD_FAILED', {
    message: `build command ${quote(command)} of service ${quote(service)} ${how}${told}`,
    details: { service, command: command.slice(0, 500), output: printable(output, 4000) },
    hint: 'it runs without a shell in the folder of the checkout, with `PATH`, and a home of its own',
    cause,
  })
}

/** A link may lead to a file of the checkout, and nowhere else. */
function programIn(folder: string, binary: string, service: string): string {
  const place = realPlace(join(folder, binary))
  const isInside = place?.startsWith(`${realpathSync(folder)}${sep}`) === true
  const stat = place !== undefined && isInside ? lstatSync(place) : undefined
  if (place === undefined || !stat?.isFile())
    throw coded('BUILD_FAILED', {
      message: `the build of service ${quote(service)} has ended, and ${quote(binary)} is ${place === undefined ? 'not there' : 'no file of its folder'}`,
      details: { service, binary },
      hint: 'write as `binary` where the build puts the program, from the folder of the checkout',
    })
  if (stat.size > LIMITS.artifactBytes)
    throw coded('LIMIT_EXCEEDED', { message: `${quote(binary)} is larger than ${LIMITS.artifactBytes} bytes` })
  return place
}

function realPlace(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'ELOOP') return undefined
    throw error
  }
}

function take(program: string, layout: Layout): Built {
  const staged = stagedFile(layout)
  try {
    onStoreDisk(staged, () => copyFileSync(program, staged))
    const digest = digestOfFileSync(staged) as Digest
    commitBlob(layout, staged, digest)
    return { digest, file: basename(program) }
  } finally {
    rmSync(staged, { force: true })
  }
}
