// Asks a program for its capabilities: it is started with that one word, has to print one document within its time, and to end well.
import type { Capabilities } from '../../../schemas/contract/ocm/capabilities.ts'
import { parseCapabilities } from '../../../schemas/contract/ocm/capabilities.ts'
import { coded } from '../../../schemas/errors.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import { shownDuration } from '../../../schemas/shown-duration.ts'
import { makePrivateDirectory } from '../../../system/files/private-directory.ts'
import type { Ending } from '../../../system/process/run-process.ts'
import { runProcess } from '../../../system/process/run-process.ts'
import { pluginEnvironment } from '../../exec/environment.ts'
import { pluginLaunchWords } from '../../exec/launch-words.ts'
import { parseLogLines } from '../../result/stderr-log.ts'
import type { OpenedProgram } from '../plugin.ts'

export type CapabilitiesRun = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024
const KEPT = {
  stdout: { headBytes: MAX_DOCUMENT_BYTES, tailBytes: 0, lineBytes: 0 },
  stderr: { headBytes: 0, tailBytes: 16 * 1024, lineBytes: 0 },
}

/** What was printed, and what it means. Throws PLUGIN_TIMEOUT, PLUGIN_FAILED, and what a document is refused with. */
export async function readCapabilities(
  name: string,
  program: OpenedProgram,
  { env, cwd, timeoutMs, signal }: CapabilitiesRun,
): Promise<{ readonly text: string; readonly capabilities: Capabilities }> {
  using directory = makePrivateDirectory()
  const ending = await runProcess(
    {
      file: program.file,
      argv: [...program.leading, 'capabilities'],
      argv0: program.argv0,
      cwd,
      env: pluginEnvironment(env, { temporary: directory.temporary, root: program.root, contract: 'ocm' }),
    },
    { timeoutMs, signal, words: pluginLaunchWords, kept: KEPT, ownVariable: 'TMPDIR' },
  )
  const problem = problemOf(ending)
  if (problem) throw failed(name, problem, ending)
  const { text } = ending.stdout
  return { text, capabilities: parseCapabilities(text, `capabilities of ${name}`) }
}

function problemOf({ stopped, exitCode, signal, timeoutMs, stdout }: Ending): string | undefined {
  if (stopped === 'timeout') return `did not end within ${shownDuration(timeoutMs)}`
  if (stopped === 'interrupted') return 'was interrupted'
  if (stopped === 'flood' || stdout.droppedBytes > 0) return 'printed more than a document may have'
  if (signal !== undefined) return `was ended by ${signal}`
  if (exitCode !== 0) return `ended with exit code ${exitCode}`
  return stdout.text.trim() === '' ? 'printed nothing' : undefined
}

function failed(name: string, problem: string, { stopped, stderr }: Ending): Error {
  const lines = parseLogLines(stderr.text).map(({ message }) => printable(message, 500))
  const [last] = lines.slice(-1)
  return coded(stopped === 'timeout' ? 'PLUGIN_TIMEOUT' : 'PLUGIN_FAILED', {
    message: `plugin ${quote(name)}, asked for its capabilities, ${problem}${last === undefined ? '' : `, its last words: ${last}`}`,
    details: { plugin: name, stderr: lines.slice(-20) },
  })
}
