// An operator that is a plugin: resolved, proven, stored and locked as every plugin, then run in the foreground.
import { dirname, isAbsolute } from 'node:path'
import type { VerifiedExecutable } from '../../client/index.ts'
import type { OperatorChoice } from '../../config/model/config.ts'
import { pinned } from '../../config/model/requests.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { Session } from '../operator-session.ts'
import type { Operator, OperatorCall, OperatorWord } from './operator.ts'
import { OPERATOR_WORDS } from './operator.ts'
import { operatorWords } from './operator-words.ts'
import { runOperator } from './run-operator.ts'
import { writeConfigFor } from './write-config.ts'

type PluginChoice = Extract<OperatorChoice, { readonly kind: 'plugin' }>

export function pluginOperator(choice: PluginChoice): Operator {
  const act = (word: OperatorWord) => (call: OperatorCall) => answer(choice, word, call)
  const acts = Object.fromEntries(OPERATOR_WORDS.map((word) => [word, act(word)]))
  return { name: choice.name, ...(acts as Record<OperatorWord, (call: OperatorCall) => Promise<number>>) }
}

async function answer(choice: PluginChoice, word: OperatorWord, call: OperatorCall): Promise<number> {
  const { options, cwd, env } = call
  const words = operatorWords(word, call.words, options)
  const { executable, ...prepared } = await prepare(choice, word, call)
  return runOperator(executable, { ...prepared, logLevel: options.logLevel ?? 'info', words }, { cwd, env })
}

/** The session is closed before the operator starts: `octo logs --follow` may run for days. */
async function prepare(choice: PluginChoice, word: OperatorWord, call: OperatorCall) {
  await using open = call.session
  const executable = await provide(choice, open)
  const projectFolder = isAbsolute(open.configPath) ? dirname(open.configPath) : call.cwd
  return { executable, projectFolder, configPath: await writeConfigFor({ operator: choice.name, word }, call) }
}

async function provide({ name, request }: PluginChoice, session: Session): Promise<VerifiedExecutable> {
  const [found] = await session.provide([pinned(request, session.config.pins)])
  if (!found) throw coded('INTERNAL', { message: `the client gave nothing for ${quote(name)}` })
  if (found.state === 'failed') throw found.error
  return session.client.locate(found.value)
}
