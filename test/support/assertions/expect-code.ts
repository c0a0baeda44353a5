// Asserts that something is refused with one code, and hands the error over for further looks.
import assert from 'node:assert/strict'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import type { CodedError } from '../../../schemas/errors.ts'
import { isCoded } from '../../../schemas/errors.ts'

export function expectCode(code: ErrorCode, act: () => unknown): CodedError {
  try {
    act()
  } catch (error) {
    return checked(code, error)
  }
  return assert.fail(`expected ${code}, but nothing was thrown`)
}

export async function expectCodeAsync(code: ErrorCode, act: () => Promise<unknown>): Promise<CodedError> {
  try {
    await act()
  } catch (error) {
    return checked(code, error)
  }
  return assert.fail(`expected ${code}, but nothing was thrown`)
}

function checked(code: ErrorCode, error: unknown): CodedError {
  if (!isCoded(error)) throw error
  assert.equal(error.code, code, error.message)
  return error
}
