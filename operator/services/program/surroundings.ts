// Which instance it is whose surroundings somebody asks for, and why there may be none.
import { coded } from '../../../schemas/errors.ts'
import { nearestWord } from '../../../schemas/nearest-word.ts'
import { quote } from '../../../schemas/quote.ts'
import type { One } from '../journal/instances.ts'

/** Of a service, or of one instance; throws USAGE where it does not run. */
export function runningOne(all: readonly One[], name: string): One {
  const one = all.find(({ id, service, instance }) => {
    return (id === name || service === name) && instance.state === 'running'
  })
  if (one) return one
  const names = new Set(all.flatMap(({ id, service }) => [service, id]))
  const nearest = names.has(name) ? undefined : nearestWord(name, [...names])
  throw coded('USAGE', {
    message: `service ${quote(name)} does not run`,
    details: { service: name },
    hint: nearest === undefined ? 'see which do: `octo status`' : `did you mean ${quote(nearest)}?`,
  })
}

/** It was adopted, and nobody has asked for it to be started since. */
export function notRead(service: string): Error {
  return coded('USAGE', {
    message: `what service ${quote(service)} runs with was not read since another supervisor started it`,
    details: { service },
    hint: `run \`octo start ${service}\` first, which goes on with it`,
  })
}
