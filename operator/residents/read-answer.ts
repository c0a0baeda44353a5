// One line of a plugin that stays: the answer to a question, as what a process would have printed and its exit code. It is read by the
// strict reader: with a key twice, or with bytes that are no text, an answer could be that of another check, or a pass that is none.
import { throwDefect } from '../../schemas/errors.ts'
import { isMap } from '../../schemas/is-map.ts'
import { parseJsonBytes } from '../../schemas/json.ts'
import type { Answer } from '../exec/within.ts'

type NumberedAnswer = Answer & { readonly id: number }

const KEYS: ReadonlySet<string> = new Set(['id', 'exitCode', 'stdout', 'stderr'])
const MAX_EXIT_CODE = 255
/** Twice what the longest answer takes in JSON. */
export const ANSWER_BYTES = 1024 * 1024

/** Undefined for what is none: nobody can say what it would mean. */
export function readAnswer(line: Uint8Array): NumberedAnswer | undefined {
  const found = fieldsOf(line)
  if (!found || Object.keys(found).some((key) => !KEYS.has(key))) return undefined
  const { id, exitCode, stdout, stderr = '' } = found
  if (!isWhole(id) || !isWhole(exitCode) || exitCode > MAX_EXIT_CODE) return undefined
  return typeof stdout === 'string' && typeof stderr === 'string' ? { id, exitCode, stdout, stderr } : undefined
}

function fieldsOf(line: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const found: unknown = parseJsonBytes(line, 'answer', ANSWER_BYTES)
    return isMap(found) ? { ...found } : undefined
  } catch (error) {
    throwDefect(error)
    return undefined
  }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
