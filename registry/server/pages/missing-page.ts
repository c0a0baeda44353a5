// What a visitor sees who followed a link to a repo, plugin or version that is not here, or not for them.
import { coded } from '../../../schemas/errors.ts'
import { problemOf } from '../http/problem.ts'
import { errorPage } from './error-page.ts'
import type { Html } from './layout.ts'
import type { Link } from './links.ts'

/** 401 where logging in could show more. */
export function missingPage(link: Link, status: 401 | 404): Html {
  const error = coded(status === 401 ? 'UNAUTHENTICATED' : 'NOT_FOUND', {
    message: 'no repo, plugin or version that you may see has this address',
    hint: 'it may stand in another repo, or in one that only some may read',
  })
  return errorPage({ problem: problemOf(error), retryAfter: undefined }, link)
}
