// `octo start` and the other words for services: reads the config, chooses its operator, and lets that answer.
import { printable } from '../../schemas/quote.ts'
import { settled } from '../../system/async/limit.ts'
import type { Terminal } from '../../terminal/index.ts'
import { chooseOperator } from '../operators/choose-operator.ts'
import type { OperatorCall, OperatorOptions, OperatorWord } from '../operators/operator.ts'
import { openSession } from '../session.ts'

export type OperateOptions = OperatorOptions & { readonly operator?: string }

type Place = Pick<OperatorCall, 'terminal' | 'cwd' | 'env'>

type Asked = Pick<OperatorCall, 'openFolder'> & {
  readonly word: OperatorWord
  readonly args: readonly string[]
  readonly options: OperateOptions
}

export async function operateCommand(asked: Asked, terminal: Terminal): Promise<number> {
  const { word, args, options, openFolder } = asked
  const place = { terminal, cwd: process.cwd(), env: process.env }
  const opened = await settled(() => openSession(options, place))
  if (opened.state === 'failed') return await answerWithout(opened.error, asked, place)
  await using session = opened.value
  const operator = await chooseOperator(options.operator, session.config)
  return await operator[word]({ words: args, options, session, ...place, ...(openFolder ? { openFolder } : {}) })
}

/** What was started is not out of reach because its config is. Throws the error of the config where nothing was. */
async function answerWithout(error: Error, { word, args, options }: Asked, place: Place): Promise<number> {
  if (options.operator !== undefined && options.operator !== 'baremetal') throw error
  const { withoutConfig } = await import('../operators/baremetal/without-config.ts')
  const answer = withoutConfig(word, { words: args, options, ...place })
  if (!answer) throw error
  place.terminal.warn(`the config cannot be read, this is what was started with it: ${printable(error.message, 500)}`)
  return await answer()
}
