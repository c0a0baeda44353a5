// One line of a plugin that stays: the answer to a question, as what a process would have printed and its exit code.
import type { Answer } from '../exec/within.ts'

type NumberedAnswer = Answer & { readonly id: number }

const KEYS: ReadonlySet<string> = new Set(['id', 'exitCode', 'stdout', 'stderr'])
const MAX_EXIT_CODE = 255

/** Undefined for what is none: nobody can say what it would mean. */
export function readAnswer(line: string): NumberedAnswer | undefined {
  const found = fieldsOf(line)
  if (!found || Object.keys(found).some((key) => !KEYS.has(key))) return undefined
  const { id, exitCode, stdout, stderr = '' } = found
  if (!isWhole(id) || !isWhole(exitCode) || exitCode > MAX_EXIT_CODE) return undefined
  return typeof stdout === 'string' && typeof stderr === 'string' ? { id, exitCode, stdout, stderr } : undefined
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const found: unknown = JSON.parse(line)
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? { ...found } : undefined
  } catch {
    return undefined
  }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
