// Whether a runtime is new enough for a plugin.
import { execFileSync } from 'node:child_process'
import { coded } from '../../schemas/errors.ts'
import type { Runtime } from '../../schemas/manifest.ts'
import { quote } from '../../schemas/quote.ts'
import type { Version } from '../../schemas/version.ts'
import { satisfies } from '../../schemas/version.ts'
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

/** Throws RUNTIME_MISSING when the runtime's version does not fit, or cannot be told. */
export function requireRuntimeVersion({ name, version }: Runtime, { plugin, file, known }: FoundRuntime): void {
  if (version === undefined) return
  const question = QUESTIONS[name]
  const found = known ?? (question && askVersion(file, question))
  if (found !== undefined && (fitsPlainRange(found, version) ?? satisfies(found as Version, version))) return
  throw coded('RUNTIME_MISSING', {
    message: `plugin ${quote(plugin)} needs \`${name}\` in a version that fits ${quote(version)}, found ${found === undefined ? 'one that does not tell its version' : `\`${found}\``}`,
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
