// The config as an operator plugin is given it, where only the user can read it.
import { showPlace } from '../../config/document/invalid.ts'
import { placeOf } from '../../config/document/node.ts'
import type { EffectiveTree } from '../../config/model/effective-tree.ts'
import type { OperatorInput } from '../../config/model/operator-input.ts'
import { operatorInput } from '../../config/model/operator-input.ts'
import { openProjectFolder, projectOf } from '../../config/project-folder.ts'
import { writeOperatorInput } from '../../config/write-operator-input.ts'
import { withReposOfChecks } from './name-repos.ts'
import type { OperatorCall, OperatorWord } from './operator.ts'
import { probePlugins } from './probe-plugins.ts'

type Chosen = { readonly operator: string; readonly word: OperatorWord }

/** Words for which it matters how a service is checked. */
const ASKS_FOR_PROBES: readonly OperatorWord[] = ['start', 'restart', 'show']

/** Absolute path; throws CONFIG_INVALID for a template that cannot be filled in, or what installing and writing throw. */
export async function writeConfigFor(
  { operator, word }: Chosen,
  {
    session,
    env,
    openFolder = openProjectFolder,
    terminal,
  }: Pick<OperatorCall, 'session' | 'env' | 'openFolder' | 'terminal'>,
): Promise<string> {
  for (const line of await session.writeFiles()) terminal.warn(line)
  const project = projectOf(session.config)
  const effective = session.effective()
  for (const line of leftOutLines(effective)) terminal.warn(line)
  const plain = operatorInput(effective, { name: project.name })
  const services = await session.client.repoImages(withoutImage(plain))
  const input = { ...plain, repos: { ...plain.repos, services: { ...services, ...plain.repos.services } } }
  const probes = ASKS_FOR_PROBES.includes(word) ? await probePlugins(input, session) : undefined
  const lockedKeys = Object.keys(session.client.lockfile().plugins)
  const named = withReposOfChecks(input, { pins: session.config.pins, lockedKeys })
  // The one that was chosen on the command line, where that was said: some operators answer to several names.
  const octoctl = { ...input.octoctl, operator }
  return writeOperatorInput({ ...named, octoctl, ...(probes ? { octo: { probes } } : {}) }, openFolder(project, env))
}

/** What says that a service is a program of this machine. */
const PROGRAMS = ['command', 'plugin', 'binary', 'image', 'source']

/** Services that would be left out, though nothing says that they are for this machine: only of these a repo is asked. */
function withoutImage({ services, repos }: OperatorInput): readonly string[] {
  return Object.entries(services).flatMap(([name, { enabled, image, build, octocompose }]) => {
    const isSaid = (image ?? build ?? repos.services[name]) !== undefined
    const isProgram = PROGRAMS.some((key) => Object.hasOwn((octocompose ?? {}) as object, key))
    return enabled === false || isSaid || isProgram ? [] : [name]
  })
}

const SHOWN = 5

function leftOutLines({ leftOut }: EffectiveTree): readonly string[] {
  const places = leftOut.map((node) => showPlace(placeOf(node)))
  const more = places.length > SHOWN ? `, and ${places.length - SHOWN} more` : ''
  if (places.length === 0) return []
  return [
    `${places.slice(0, SHOWN).join(', ')}${more}: what a document from elsewhere says of how services run does not count; where you trust it, write \`trust: unsigned\` at its include`,
  ]
}
