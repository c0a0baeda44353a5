// `octo exec`: a command in the folder and with the variables of a service that runs, secrets included, on the user's terminal. It
// is the user's own program: it is not ended with the service.
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import type { Launch, LaunchFailure } from '../../../system/process/launch.ts'
import { endAsItEnded, runHere } from '../../run/interactive.ts'
import { ask } from '../../services/control/control.ts'
import type { Surroundings } from '../../services/control/protocol.ts'
import type { ProjectCall } from './project.ts'
import { answerError, projectOf } from './project.ts'

export async function exec(call: ProjectCall): Promise<number> {
  const [service = '', ...rest] = call.words
  const [file = '', ...argv] = rest[0] === '--' ? rest.slice(1) : rest
  const { cwd, env } = await surroundingsOf(service, call)
  // What is shown on a terminal is for that terminal, and not for the service's log.
  const terminal = call.env.TERM === undefined ? {} : { TERM: call.env.TERM }
  return await endAsItEnded(await runHere({ file, argv, cwd, env: { ...terminal, ...env } }, launchWords))
}

/** Secrets are held by whoever supervises, so without one there is nothing to ask. */
async function surroundingsOf(service: string, call: ProjectCall): Promise<Surroundings> {
  const answer = await ask(projectOf(call).places, { v: 1, do: 'surroundings', service })
  if (answer?.state === 'surroundings') return answer.surroundings
  if (answer && answer.state !== 'done') throw answerError(answer)
  throw coded('USAGE', {
    message: `nobody supervises the services of this config, and so nobody knows what ${quote(service)} runs with`,
    hint: 'run `octo start` first',
  })
}

function launchWords({ file, cwd, env }: Launch, { reason, code, cause }: LaunchFailure): Error {
  const details = { file, reason: code }
  if (reason === 'folder') return coded('OS_FAILED', { message: `folder ${quote(cwd)} is not there`, details, cause })
  const where = file.includes('/') ? `in ${quote(cwd)}` : `in the PATH of the service, ${quote(env.PATH ?? '')}`
  if (reason === 'file')
    return coded('PLUGIN_MISSING', {
      message: `${quote(file)} is not ${where}`,
      details,
      hint: 'write the path of the program',
      cause,
    })
  return coded('PLUGIN_NOT_EXECUTABLE', { message: `${quote(file)} cannot be started: ${code}`, details, cause })
}
