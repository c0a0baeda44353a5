// How a command reads its config: from where, with which variables and flags. Whoever supervises reads it in the same way, and so
// is told over a socket or a pipe of this user: answers of a person are among the variables, and belong into no file, no command
// line and no environment of a process.
import { coded } from '../../../schemas/errors.ts'
import { isMap } from '../../../schemas/is-map.ts'
import { parseJson } from '../../../schemas/json.ts'
import type { SessionOptions } from '../../operator-session.ts'

type Flags = Pick<SessionOptions, 'config' | 'lock' | 'frozen' | 'offline' | 'insecure' | 'strict'>

export type ConfigCall = {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly options: Flags
}

/** Of an environment and its flags; a person's answers count as variables. */
export function configCall({ cwd, env, options }: ConfigCall, answers: ConfigCall['env']): ConfigCall {
  const { config, lock, frozen, offline, insecure, strict } = options
  return { cwd, env: { ...env, ...answers }, options: { config, lock, frozen, offline, insecure, strict } }
}

const MAX_BYTES = 16 * 1024 * 1024

/** What another octo wrote to its end of a pipe; throws USAGE for anything else. */
export async function readConfigCall(input: AsyncIterable<Uint8Array | string>): Promise<ConfigCall> {
  const chunks: Buffer[] = []
  for await (const chunk of input) chunks.push(Buffer.from(chunk as Uint8Array))
  const text = Buffer.concat(chunks).toString('utf8')
  const found = parsed(text)
  if (typeof found?.cwd === 'string' && isMap(found.env) && isMap(found.options)) return found as ConfigCall
  throw coded('USAGE', {
    message: '`--call` is for octo itself, and nothing of use stands on standard input',
    hint: 'run `octo start`',
  })
}

function parsed(text: string): Partial<ConfigCall> | undefined {
  try {
    return parseJson(text, 'standard input', MAX_BYTES) as Partial<ConfigCall>
  } catch {
    return undefined
  }
}
