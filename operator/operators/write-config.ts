// The config as an operator plugin is given it, where only the user can read it.
import { operatorInput } from '../../config/model/operator-input.ts'
import { openProjectFolder, projectOf } from '../../config/project-folder.ts'
import { writeOperatorInput } from '../../config/write-operator-input.ts'
import type { OperatorCall } from './operator.ts'

/** Absolute path; throws CONFIG_INVALID for a template that cannot be filled in, or what writing throws. */
export function writeConfigFor(
  operator: string,
  { session, env, openFolder = openProjectFolder }: Pick<OperatorCall, 'session' | 'env' | 'openFolder'>,
): string {
  const project = projectOf(session.config)
  const input = operatorInput(session.effective(), { name: project.name })
  // The one that was chosen on the command line, where that was said: some operators answer to several names.
  return writeOperatorInput({ ...input, octoctl: { ...input.octoctl, operator } }, openFolder(project, env))
}
