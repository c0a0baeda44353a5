// Whether a runtime is new enough for a plugin. The usual `>=22` is decided without loading semver, which costs more time
// than everything else that a warm run does.
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import type { Runtime } from '../../schemas/manifest.ts'
import { quoted, refusal } from '../../system/process/refusal.ts'

const AT_LEAST = /^>=\s*(\d{1,5})(?:\.(\d{1,5}))?(?:\.(\d{1,5}))?$/

function runtimeSatisfies(version: string, range: string): boolean {
  const plain = AT_LEAST.exec(range.trim())
  if (plain && /^\d+\.\d+\.\d+$/.test(version)) return isAtLeast(numbers(version.split('.')), numbers(plain.slice(1)))
  const { satisfies } = createRequire(import.meta.url)('semver') as typeof import('semver')
  return satisfies(version, range)
}

function isAtLeast(found: readonly number[], wanted: readonly number[]): boolean {
  const different = found.findIndex((number, index) => number !== wanted[index])
  return different < 0 || (found[different] ?? 0) > (wanted[different] ?? 0)
}

function numbers(parts: readonly (string | undefined)[]): number[] {
  return parts.map((part) => Number(part ?? 0))
}

type Question = { readonly words: readonly string[]; readonly answer: RegExp }

/** How each runtime is asked, and where its answer holds the version. A plain `sh` has none. */
const QUESTIONS: Readonly<Partial<Record<Runtime['name'], Question>>> = {
  python3: { words: ['-I', '-S', '--version'], answer: /^Python (\d+\.\d+\.\d+)/ },
  perl: { words: ['-e', 'printf "%vd", $^V'], answer: /^(\d+\.\d+\.\d+)/ },
  bash: { words: ['--noprofile', '--norc', '--version'], answer: /version (\d+\.\d+\.\d+)/ },
}
const ANSWER_MS = 10_000

type Found = { readonly plugin: string; readonly file: string; readonly known?: string }

/** Throws RUNTIME_MISSING when the runtime's version does not fit, or cannot be told. */
export function requireRuntimeVersion({ name, version }: Runtime, { plugin, file, known }: Found): void {
  if (version === undefined) return
  const question = QUESTIONS[name]
  const found = known ?? (question && askVersion(file, question))
  if (found !== undefined && runtimeSatisfies(found, version)) return
  throw refusal('RUNTIME_MISSING', {
    message: `plugin ${quoted(plugin)} needs \`${name}\` in a version that fits ${quoted(version)}, found ${found === undefined ? 'one that does not tell its version' : `\`${found}\``}`,
    details: { plugin, expected: version, found: found ?? 'unknown', file },
    hint: name === 'node' ? 'update octo, which brings its own Node' : `install another \`${name}\` for all users`,
  })
}

function askVersion(file: string, { words, answer }: Question): string | undefined {
  try {
    const said = execFileSync(file, words, {
      encoding: 'utf8',
      timeout: ANSWER_MS,
      cwd: '/',
      env: {},
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return answer.exec(said)?.[1]
  } catch {
    return undefined
  }
}
