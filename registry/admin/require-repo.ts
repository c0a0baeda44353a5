// What is asked of a repo that is not there says so in one way.
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'

/** Throws REPO_NOT_FOUND. */
export function requireRepo(exists: boolean, repo: Name): void {
  if (exists) return
  throw coded('REPO_NOT_FOUND', {
    message: `there is no repo ${quote(repo)}`,
    details: { repo },
    hint: (data) => `the registry’s owner makes it: \`octo registry repo create ${repo} --key FILE --data ${data}\``,
  })
}
