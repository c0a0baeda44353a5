// `octo start` and the other words for services: reads the config, chooses its operator, and lets that answer.
import type { Terminal } from '../../terminal/index.ts'
import { chooseOperator } from '../operators/choose-operator.ts'
import type { OperatorCall, OperatorOptions, OperatorWord } from '../operators/operator.ts'
import { openSession } from '../session.ts'

export type OperateOptions = OperatorOptions & { readonly operator?: string }

type Asked = Pick<OperatorCall, 'openFolder'> & {
  readonly word: OperatorWord
  readonly args: readonly string[]
  readonly options: OperateOptions
}

export async function operateCommand({ word, args, options, openFolder }: Asked, terminal: Terminal): Promise<number> {
  const place = { terminal, cwd: process.cwd(), env: process.env }
  await using session = await openSession(options, place)
  const operator = await chooseOperator(options.operator, session.config)
  return await operator[word]({ words: args, options, session, ...place, ...(openFolder ? { openFolder } : {}) })
}
