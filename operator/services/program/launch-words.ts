// What it means for a service that its program could not be started.
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import type { Launch, LaunchFailure } from '../../../system/process/launch.ts'

/** PLUGIN_NOT_EXECUTABLE, PLUGIN_MISSING, RUNTIME_MISSING, LIMIT_EXCEEDED or OS_FAILED. */
export function serviceLaunchWords({ file, cwd, env }: Launch, { reason, code, cause }: LaunchFailure): Error {
  const details = { file, reason: code }
  switch (reason) {
    case 'folder':
      return coded('OS_FAILED', { message: `working directory ${quote(cwd)} is not there`, details, cause })
    case 'loader':
      return coded('RUNTIME_MISSING', {
        message: `${quote(file)} needs a loader that is not on this machine`,
        details,
        cause,
      })
    case 'file':
      return coded('PLUGIN_MISSING', {
        message: file.includes('/')
          ? `${quote(file)} is not there`
          : `${quote(file)} is not in ${quote(env.PATH ?? '')}`,
        details,
        hint: 'write the path of the program into `command`, or its folder into `PATH` below `environment`',
        cause,
      })
    case 'length':
      return coded('LIMIT_EXCEEDED', { message: 'all words together are too long for this system', details, cause })
    case 'refused':
      return coded('PLUGIN_NOT_EXECUTABLE', { message: `${quote(file)} cannot be executed: ${code}`, details, cause })
  }
}
