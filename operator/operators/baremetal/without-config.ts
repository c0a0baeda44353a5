// What was started is stopped and shown although its config cannot be read any more: somebody is editing it, or it is gone.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { defaultConfigPath } from '../../../client/index.ts'
import type { OperatorCall, OperatorWord, OwnWord } from '../operator.ts'
import { events } from './events.ts'
import { exec } from './exec.ts'
import { logs } from './logs.ts'
import { metrics } from './metrics.ts'
import type { ProjectCall } from './project.ts'
import { projectOf } from './project.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'

const ANSWERS: Partial<Record<OperatorWord | OwnWord, (call: ProjectCall) => Promise<number>>> = {
  stop,
  status,
  logs,
  events,
  metrics,
  exec,
}

type Call = Omit<OperatorCall, 'session'>

/** Undefined where nothing of that config was started here, or the word needs what it says. */
export function withoutConfig(word: OperatorWord | OwnWord, call: Call): (() => Promise<number>) | undefined {
  const answer = ANSWERS[word]
  const configPath = localConfigPath(call.options, call.cwd)
  if (!answer || configPath === undefined) return undefined
  const known: ProjectCall = { ...call, session: { configPath } }
  return existsSync(projectOf(known).places.journal) ? () => answer(known) : undefined
}

/** As a session would name it; undefined where there is none, or it is not on this machine. */
export function localConfigPath({ config: [first] = [] }: Call['options'], cwd: string): string | undefined {
  if (first === undefined) return defaultConfigPath(cwd)
  return /^[a-z][a-z0-9+.-]+:/i.test(first) ? undefined : resolve(cwd, first)
}
