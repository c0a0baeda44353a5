// Whether a runtime is new enough for a plugin. A runtime is asked once and not before each run, as everything else would wait for
// its answer: what answered is known by its file, which no change leaves as it is.
import { realpathSync, statSync } from 'node:fs'
import { coded } from '../../schemas/errors.ts'
import type { Runtime } from '../../schemas/manifest.ts'
import { HEAD_BYTES, readProgramHead } from '../../schemas/program-head.ts'
import { quote } from '../../schemas/quote.ts'
import type { Version } from '../../schemas/version.ts'
import { satisfies } from '../../schemas/version.ts'
import { identityOf } from '../../system/files/file-identity.ts'
import { readHead } from '../../system/files/read-pieces.ts'
import { askProgram } from '../../system/process/ask-program.ts'
import type { FoundRuntime } from './executable.ts'
import { fitsPlainRange } from './plain-range.ts'

type Question = { readonly words: readonly string[]; readonly answer: RegExp }

/** How each runtime is asked, and where its answer holds the version. A plain `sh` has none. */
const QUESTIONS: Readonly<Partial<Record<Runtime['name'], Question>>> = {
  python3: { words: ['-I', '-S', '--version'], answer: /^Python (\d+\.\d+\.\d+)/ },
  perl: { words: ['-e', 'printf "%vd", $^V'], answer: /^(\d+\.\d+\.\d+)/ },
  bash: { words: ['--noprofile', '--norc', '--version'], answer: /version (\d+\.\d+\.\d+)/ },
}
const ANSWER_MS = 10_000

type Ask = (file: string, question: Question) => string | undefined

/** Throws RUNTIME_MISSING when the runtime's version does not fit, or cannot be told. */
export const requireRuntimeVersion = versionRequirement(askVersion)

/** The same with another way to ask. */
// allow(dead-export): the test answers for interpreters that are not on its machine
export function versionRequirement(ask: Ask): (runtime: Runtime, found: FoundRuntime) => void {
  const versionOf = askedOnce(ask)
  return ({ name, version }, { plugin, file, known }) => {
    if (version === undefined) return
    const question = QUESTIONS[name]
    const found = known ?? (question && versionOf(file, question))
    if (found !== undefined && (fitsPlainRange(found, version) ?? satisfies(found as Version, version))) return
    throw coded('RUNTIME_MISSING', {
      message: `plugin ${quote(plugin)} needs \`${name}\` in a version that fits ${quote(version)}, found ${found === undefined ? 'one that does not tell its version' : `\`${found}\``}`,
      details: { plugin, expected: version, found: found ?? 'unknown', file },
      hint: name === 'node' ? 'update octo, which brings its own Node' : `install another \`${name}\` for all users`,
    })
  }
}

/** By the real path of the runtime, and the identity of the file there. */
function askedOnce(ask: Ask): Ask {
  const answers = new Map<string, { readonly identity: string; readonly version: string }>()
  return (file, question) => {
    const place = placeOf(file)
    if (!place) return ask(file, question)
    const before = answers.get(place.path)
    if (before?.identity === place.identity) return before.version
    const version = ask(file, question)
    // One that gives no version is asked again: it may have been too busy to answer.
    if (version !== undefined) answers.set(place.path, { identity: place.identity, version })
    return version
  }
}

/** Undefined where the file does not decide the answer alone: a script may start another runtime tomorrow. */
function placeOf(file: string): { readonly path: string; readonly identity: string } | undefined {
  try {
    const path = realpathSync(file)
    if (readProgramHead(readHead(path, HEAD_BYTES)).format === 'script') return undefined
    return { path, identity: identityOf(statSync(path, { bigint: true })) }
  } catch {
    return undefined
  }
}

function askVersion(file: string, { words, answer }: Question): string | undefined {
  const { exitCode, stdout } = askProgram({ file, argv: words, timeoutMs: ANSWER_MS })
  return exitCode === 0 ? answer.exec(stdout)?.[1] : undefined
}
