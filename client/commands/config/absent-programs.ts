// Services whose program or folder is not on this machine. The config may be for another one, or a check of `init` may bring them, so that
// it is a warning.
import { statSync } from 'node:fs'
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import type { ConfigWarning } from '../../../config/document/warnings.ts'
import type { OctoConfig } from '../../../config/model/config.ts'
import type { ServiceSpec } from '../../../config/model/service-spec.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { isErrno } from '../../../system/errno.ts'
import { FIXED_PATH } from '../../../system/process/system-tool.ts'

/** Nothing where another operator runs them, in a container or on another machine, nor where octo runs none. */
export function absentPrograms({ operator, services, files }: OctoConfig): readonly ConfigWarning[] {
  if (operator?.kind === 'plugin' || process.platform === 'win32') return []
  const [config = ''] = files
  const projectFolder = isAbsolute(config) ? dirname(config) : undefined
  return services.flatMap(({ name, enabled, spec, place = { file: config } }) => {
    const problem = enabled && !isCoded(spec) ? absentOf(spec, projectFolder) : undefined
    return problem === undefined ? [] : [{ ...place, message: `service ${quote(name)}: ${problem} on this machine` }]
  })
}

/** What cannot be looked at, as in a folder of another user, is for the start to say. */
function absentOf({ program, workingDir, environment }: ServiceSpec, projectFolder?: string): string | undefined {
  const folder = workingDir ? resolve(dirname(workingDir.document), workingDir.path) : projectFolder
  const place = workingDir && folder !== undefined ? whatIs(folder) : undefined
  if (place === 'absent') return `working directory ${quote(folder)} is not there`
  if (place === 'file') return `working directory ${quote(folder)} is a file and no folder`
  if (program.kind !== 'command') return undefined
  const [file] = program.argv
  if (!file.includes('/')) return absentIn(environment.PATH ?? FIXED_PATH, file)
  if (folder === undefined && !isAbsolute(file)) return undefined
  const whole = resolve(folder ?? '/', file)
  const found = whatIs(whole)
  if (found === 'absent') return `${quote(whole)} is not there`
  return found === 'folder' ? `${quote(whole)} is a folder and no program` : undefined
}

function absentIn(path: string, file: string): string | undefined {
  const isAbsent = path.split(delimiter).every((place) => whatIs(join(place, file)) === 'absent')
  return isAbsent ? `${quote(file)} is not in ${quote(path)}` : undefined
}

function whatIs(path: string): 'absent' | 'folder' | 'file' | 'unknown' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file'
  } catch (error) {
    return isErrno(error, 'ENOENT', 'ENOTDIR') ? 'absent' : 'unknown'
  }
}
