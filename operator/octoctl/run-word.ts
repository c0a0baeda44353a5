// One word of octoctl: the operator of the config answers it as it answers octo's, with config.json where octoctl keeps it.
import { coded } from '../../schemas/errors.ts'
import type { Terminal } from '../../terminal/index.ts'
import type { OperateOptions } from '../commands/operate.ts'
import { operateCommand } from '../commands/operate.ts'
import type { OperatorWord } from '../operators/operator.ts'
import { openCacheFolder } from './cache-folder.ts'

type Asked = {
  readonly word: OperatorWord
  readonly args: readonly string[]
  readonly options: OperateOptions & { readonly forceBuildOperator?: boolean }
}

/** Throws USAGE for what octoctl asks for and octo does not do, or what the operator's word throws. */
export async function runWord({ word, args, options }: Asked, terminal: Terminal): Promise<number> {
  if (options.forceBuildOperator)
    throw coded('USAGE', {
      message: 'option `--force-build-operator` is not for octo, which runs the operator that its publisher signed',
      hint: 'leave it away; `octo build` builds a plugin of your own, and `octo publish` signs it',
    })
  if (options.config?.length === 0)
    throw coded('USAGE', { message: 'no config is named', hint: 'name it: `octoctl -c config.yaml start`' })
  const asked = { ...options, insecure: options.insecure === true }
  return operateCommand({ word, args, options: asked, openFolder: openCacheFolder }, terminal)
}
