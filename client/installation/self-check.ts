// Another octo, started where it lies before anything depends on it: a missing library, a disk that starts no programs or a package of
// another machine shows here, and not when it is the only octo that is left.
import { coded } from '../../schemas/errors.ts'
import { parseJson } from '../../schemas/json.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { runProcess } from '../../system/process/run-process.ts'
import { programIn } from './places.ts'

type Environment = Readonly<Record<string, string | undefined>>

const TIMEOUT_MS = 60_000
const ANSWER_BYTES = 64 * 1024
const KEPT = { headBytes: ANSWER_BYTES, tailBytes: 1024, lineBytes: 1024 }
const SHOWN = 300

/** Throws SELF_CHECK_FAILED unless `octo --version` and `octo self --json` both say that it is this version. */
export async function checkItself(folder: string, version: string, env: Environment = {}): Promise<void> {
  const said = await answerOf(folder, ['--version'], env)
  if (said.trim() !== `octo ${version}`)
    throw failed(folder, `says ${quote(printable(said.trim(), SHOWN))}, expected octo ${version}`)
  const answer = await answerOf(folder, ['self', '--json'], env)
  if (versionIn(answer) !== version)
    throw failed(folder, `does not say with \`octo self --json\` that it is ${version}`)
}

async function answerOf(folder: string, argv: readonly string[], { PATH }: Environment): Promise<string> {
  const file = programIn(folder)
  const { exitCode, stopped, stdout, stderr } = await runProcess(
    // Nothing of the caller's but the way to a shell: what is looked at is the package.
    { file, argv, env: { PATH }, cwd: '/' },
    {
      timeoutMs: TIMEOUT_MS,
      kept: { stdout: KEPT, stderr: KEPT },
      words: (_, { code, cause }) => failed(folder, `cannot be started (${code})`, cause),
    },
  )
  if (exitCode === 0) return stdout.text
  const ending = stopped ?? `exit code ${exitCode ?? 'none'}`
  throw failed(
    folder,
    `${quote(['octo', ...argv].join(' '))} ended with ${ending}: ${printable(stderr.text.trim(), SHOWN)}`,
  )
}

function versionIn(answer: string): unknown {
  try {
    const value = parseJson(answer, 'octo self --json', ANSWER_BYTES)
    return typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
  } catch {
    return undefined
  }
}

function failed(folder: string, problem: string, cause?: unknown): Error {
  return coded('SELF_CHECK_FAILED', {
    message: `octo in ${quote(folder)} ${problem}; what was there before is as it was`,
    details: { folder, problem },
    hint: '`octo doctor` looks at this machine; a disk that is mounted with `noexec` starts no programs',
    cause,
  })
}
