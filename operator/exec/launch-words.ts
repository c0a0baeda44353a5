// What it means for a plugin that it could not be started.
import type { Launch, LaunchFailure } from '../../system/process/launch.ts'
import { quoted, refusal } from '../../system/process/refusal.ts'

/** PLUGIN_NOT_EXECUTABLE, PLUGIN_MISSING, RUNTIME_MISSING, LIMIT_EXCEEDED or OS_FAILED. */
export function pluginLaunchWords({ file, cwd }: Launch, { reason, code, cause }: LaunchFailure): Error {
  const details = { file, reason: code }
  switch (reason) {
    case 'folder':
      return refusal('OS_FAILED', { message: `working directory ${quoted(cwd)} is gone`, details, cause })
    case 'loader':
      return refusal('RUNTIME_MISSING', {
        message: `${quoted(file)} needs a loader that is not on this machine, as it was linked with another C library`,
        details,
        cause,
      })
    case 'file':
      return refusal('PLUGIN_MISSING', { message: `${quoted(file)} is gone`, details, cause })
    case 'length':
      return refusal('LIMIT_EXCEEDED', {
        message: 'all arguments together are too long for this system',
        details,
        cause,
      })
    case 'refused':
      return refusal('PLUGIN_NOT_EXECUTABLE', {
        message: `${quoted(file)} cannot be executed: ${code}`,
        details,
        cause,
      })
  }
}
