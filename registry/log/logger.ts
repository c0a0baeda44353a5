// JSON lines on stderr. Errors are written field by field, so that nothing a client sent gets in unasked.
import type { Logger } from 'pino'
import pino from 'pino'
import { isCoded } from '../../schemas/errors.ts'
import { inSources } from '../../system/source-positions.ts'
import { openLogDestination } from './log-destination.ts'

export function openLogger(level: string): Logger {
  const destination = openLogDestination(2)
  process.once('exit', () => destination.flushSync())
  return pino({ level, ...LOGGING }, destination)
}

// allow(dead-export): the test has a log of this form without a file
export const LOGGING = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  serializers: { err: errorFields },
}

function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) }
  const cause = error.cause === undefined ? {} : { cause: errorFields(error.cause) }
  const stack = isCoded(error) ? {} : { stack: error.stack && inSources(error.stack) }
  return { name: error.name, message: error.message, ...codeOf(error), ...stack, ...cause }
}

function codeOf(error: Error): { code?: string } {
  return 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
}
