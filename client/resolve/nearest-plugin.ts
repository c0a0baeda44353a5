// Says which plugin was probably meant when no repo knows a name.
import type { CodedError } from '../../schemas/errors.ts'
import { isCoded, withHint } from '../../schemas/errors.ts'
import { nearestWord } from '../../schemas/nearest-word.ts'
import type { ClientContext } from '../context.ts'
import { similarNames } from '../sources/search.ts'

/** The same error, with the nearest name as its hint when there is one. A repo that does not answer has no names. */
export async function withNearestPlugin(
  error: CodedError,
  plugin: string,
  context: ClientContext,
): Promise<CodedError> {
  const known = await Promise.all(
    context.config.repos.map(async (repo) => {
      const names = await similarNames(repo, plugin, context).catch((failure) => {
        if (isCoded(failure)) return []
        throw failure
      })
      return names.map((name) => ({ name, full: `${repo.name}/${name}` }))
    }),
  )
  const nearest = nearestWord(
    plugin,
    known.flat().map(({ name }) => name),
  )
  const found = known.flat().find(({ name }) => name === nearest)
  if (!found) return error
  return withHint(error, `did you mean \`${found.full}\`? \`octo info ${found.full}\` shows it`)
}
