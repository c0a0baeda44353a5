// What is decided of a call before anything is started: for which plugin it is, and whether its request, what it is about and its
// credentials look as they have to.
import { blobsOf } from '../../../schemas/contract/ocm/endpoints.ts'
import type { Typed } from '../../../schemas/contract/ocm/type-name.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { parseShape } from '../../../schemas/shape.ts'
import type { HostPlugin } from '../plugin.ts'
import { requireFittingCredentials } from './credential-types.ts'
import { requireFitting } from './fits-schema.ts'
import type { Question, Route } from './routing.ts'
import { routeCall, subjectOf } from './routing.ts'

export type Prepared = { readonly route: Route; readonly request: unknown }

type Asked = Question & {
  readonly credentials?: Typed | undefined
  /** The file with the bytes that it is about, where the request does not say it. */
  readonly blob?: string | undefined
}

/** Throws CONTRACT_UNSUPPORTED, NAME_AMBIGUOUS, PLUGIN_NOT_FOUND, FORMAT_INVALID or ARGUMENTS_INVALID. */
export async function prepareCall(
  { credentials, blob, ...question }: Asked,
  plugins: readonly HostPlugin[],
): Promise<Prepared> {
  const route = routeCall(question, plugins)
  const { plugin, endpoint, declared } = route
  const whole = blob === undefined ? question.request : withBlob(question.request, route, blob)
  const request = parseShape(endpoint.request, whole, { name: 'request' })
  if (declared && endpoint.checked) await requireFitting(subjectOf(request, endpoint), declared, plugin.name)
  await requireFittingCredentials(credentials, plugins)
  return { route, request }
}

/** What else the request says of them, such as a media type, stays. */
function withBlob(request: unknown, { name, endpoint }: Route, value: string): unknown {
  const { taken } = blobsOf(endpoint)
  if (taken === undefined)
    throw coded('ARGUMENTS_INVALID', {
      message: `${quote(name)} is about no bytes, and was given some`,
      details: { endpoint: name },
    })
  const said = (request as Readonly<Record<string, object | undefined>>)[taken]
  if (said !== undefined && 'value' in said)
    throw coded('ARGUMENTS_INVALID', {
      message: `the bytes for ${quote(name)} are there twice: \`${taken}\` of the request names a file, too`,
      details: { endpoint: name },
    })
  return { ...(request as object), [taken]: { type: 'localFile', ...said, value } }
}
