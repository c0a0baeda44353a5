// `octo start` and the other words for services: reads the config, chooses its operator, and lets that answer.
import { coded } from '../../schemas/errors.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { settled } from '../../system/async/limit.ts'
import { askOn } from '../../terminal/ask-question.ts'
import type { Terminal } from '../../terminal/index.ts'
import { keptAnswers, noAnswers } from '../answers.ts'
import { openSession } from '../operator-session.ts'
import { chooseOperator } from '../operators/choose-operator.ts'
import type { Operator, OperatorCall, OperatorOptions, OperatorWord, OwnWord } from '../operators/operator.ts'
import { OWN_WORDS } from '../operators/operator.ts'
import { readConfigCall } from '../services/specs/config-call.ts'

export type OperateOptions = OperatorOptions & { readonly operator?: string }

type Place = Pick<OperatorCall, 'terminal' | 'cwd' | 'env'>

type Asked = Pick<OperatorCall, 'openFolder'> & {
  readonly word: OperatorWord | OwnWord
  readonly args: readonly string[]
  readonly options: OperateOptions
}

export async function operateCommand(asked: Asked, terminal: Terminal): Promise<number> {
  const here = { terminal, cwd: process.cwd(), env: process.env }
  if (asked.options.call !== true) return await operate(asked, here)
  const { cwd, env, options } = await readConfigCall(process.stdin)
  return await operate({ ...asked, options: { ...asked.options, ...options } }, { ...here, cwd, env })
}

async function operate(asked: Asked, place: Place): Promise<number> {
  const { word, args, options, openFolder } = asked
  const { terminal } = place
  const person = keptAnswers(askOn(terminal))
  const answers = NEVER_ASK.has(word) ? noAnswers() : person
  const opened = await settled(() => openSession(options, { ...place, answers }))
  if (opened.state === 'failed') return await answerWithout(opened.error, asked, place)
  await using session = opened.value
  const operator = await chooseOperator(options.operator, session.config)
  const act = actOf(word, operator)
  const call = { words: args, options, ...place, answers: person.given, openFolder }
  const hasStandIns = answers !== person && Object.keys(answers.given).length > 0
  if (operator.name === 'baremetal' || !hasStandIns) return await act({ ...call, session, hasStandIns })
  // Other operators are given the whole config, whatever the word is.
  await using whole = await openSession(options, { ...place, answers: person })
  return await act({ ...call, session: whole })
}

/** Throws USAGE for a word that this operator does not know. */
function actOf(word: OperatorWord | OwnWord, operator: Operator) {
  if (!isOwn(word)) return operator[word]
  if (operator.own) return operator.own[word]
  throw coded('USAGE', {
    message: `\`${word}\` is for the operator \`baremetal\`, and this config has ${quote(operator.name)}`,
    details: { operator: operator.name },
    hint: `add \`--operator baremetal\`, or type what ${quote(operator.name)} knows: \`octo start --dry-run\``,
  })
}

function isOwn(word: OperatorWord | OwnWord): word is OwnWord {
  return (OWN_WORDS as readonly string[]).includes(word)
}

/** The built-in operator does these by what it noted when it started the services. */
const NEVER_ASK: ReadonlySet<OperatorWord | OwnWord> = new Set([
  'stop',
  'status',
  'logs',
  'events',
  'metrics',
  'show',
  'exec',
])

/** What was started is not out of reach because its config is. Throws the error of the config where nothing was. */
async function answerWithout(error: Error, { word, args, options }: Asked, place: Place): Promise<number> {
  if (options.operator !== undefined && options.operator !== 'baremetal') throw error
  const { withoutConfig } = await import('../operators/baremetal/without-config.ts')
  const answer = withoutConfig(word, { words: args, options, ...place })
  if (!answer) throw error
  place.terminal.warn(`the config cannot be read, this is what was started with it: ${printable(error.message, 500)}`)
  return await answer()
}
