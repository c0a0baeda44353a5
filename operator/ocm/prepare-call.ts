// What is decided of a call before anything is started: for which plugin it is, and whether its request, what it is about and its
// credentials look as they have to.
import type { Typed } from '../../schemas/contract/ocm/type-name.ts'
import { parseShape } from '../../schemas/shape.ts'
import { requireFittingCredentials } from './credential-types.ts'
import { requireFitting } from './fits-schema.ts'
import type { HostPlugin } from './plugin.ts'
import type { Question, Route } from './routing.ts'
import { routeCall, subjectOf } from './routing.ts'

export type Prepared = { readonly route: Route; readonly request: unknown }

/** Throws CONTRACT_UNSUPPORTED, NAME_AMBIGUOUS, PLUGIN_NOT_FOUND, FORMAT_INVALID or ARGUMENTS_INVALID. */
export async function prepareCall(
  { credentials, ...question }: Question & { readonly credentials?: Typed | undefined },
  plugins: readonly HostPlugin[],
): Promise<Prepared> {
  const route = routeCall(question, plugins)
  const { plugin, endpoint, declared } = route
  const request = parseShape(endpoint.request, question.request, { name: 'request' })
  if (declared && endpoint.checked) await requireFitting(subjectOf(request, endpoint), declared, plugin.name)
  await requireFittingCredentials(credentials, plugins)
  return { route, request }
}
