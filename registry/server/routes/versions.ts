// The states of a published version.
import { changeStateRequest } from '../../../schemas/api.ts'
import { authorize } from '../../auth/principal.ts'
import type { RegistryServices } from '../../context.ts'
import { changeState, STATE_RULES } from '../../states/change-state.ts'
import { pluginParams, readJsonBody, versionParam } from '../http/read-request.ts'
import type { TokenHandler } from '../http/route.ts'

export function changeStateRoute(services: RegistryServices): TokenHandler {
  return async (c, principal) => {
    const { repo, plugin } = pluginParams(c)
    const version = versionParam(c)
    const request = await readJsonBody(c, changeStateRequest)
    authorize(principal, STATE_RULES[request.action].needs, repo, plugin)
    return c.json(await changeState(services, { release: { repo, plugin, version }, request, principal }))
  }
}
