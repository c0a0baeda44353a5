// What is started for a service: its program with its words, its variables and its folder. The same for the service itself and
// for `run-service`, which gives it other words.
import { mkdirSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { ProvenProgram, VerifiedExecutable } from '../../../client/index.ts'
import { validateArguments } from '../../../config/validate-arguments.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { replaceFile } from '../../../system/files/atomic-file.ts'
import type { CoreFiles } from '../../../system/process/core-files.ts'
import type { Launch } from '../../../system/process/launch.ts'
import { MARK } from '../../../system/process/mark.ts'
import { deliverArguments } from '../../exec/deliver-arguments.ts'
import { pluginEnvironment, serviceEnvironment } from '../../exec/environment.ts'
import { programOf, thisMachine } from '../../exec/executable.ts'
import { refuseOldOperator } from '../../exec/operator-version.ts'
import { requireRuntimeVersion } from '../../exec/runtime-version.ts'
import type { Places } from '../project/places.ts'
import type { HandedOver } from '../secrets/entry.ts'
import { configText } from '../specs/config-text.ts'
import type { RunnableService } from '../specs/runnable.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** As systemd calls it for services that it gives credentials. */
const SECRETS_VARIABLE = 'CREDENTIALS_DIRECTORY'

export type LaunchFacts = {
  readonly places: Places
  /** Of the config; where it is not local there is none. */
  readonly configPath: string
  /** Of whoever supervises, of which a service gets the allowed part. */
  readonly env: Environment
  /** What a crash of the program leaves is its own affair. */
  readonly cores?: Pick<CoreFiles, 'asBefore'>
  /** Re-checks the files right before they are executed. */
  readonly locate: (executable: VerifiedExecutable) => VerifiedExecutable
}

export type Wanted = {
  /** `service.replica`. */
  readonly id: string
  readonly mark: string
  /** In place of its own arguments. */
  readonly words?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly secrets?: HandedOver | undefined
}

/** Throws what a plugin that cannot be run throws, and ARGUMENTS_INVALID for arguments that do not fit its schema. */
export async function serviceLaunch(service: RunnableService, wanted: Wanted, facts: LaunchFacts): Promise<Launch> {
  const own = await ownPart(service, wanted, facts)
  const given = {
    ...service.spec.environment,
    ...wanted.environment,
    ...(wanted.secrets ? { ...wanted.secrets.environment, [SECRETS_VARIABLE]: wanted.secrets.folder } : {}),
    OCTO_SERVICE: service.name,
    OCTO_REPLICA: wanted.id.slice(service.name.length + 1),
    [MARK]: wanted.mark,
  }
  const config = wanted.words ? [] : await configWords(service, wanted, facts)
  return { ...own, argv: [...own.argv, ...config], env: { ...own.env(given) } }
}

type OwnPart = Omit<Launch, 'env'> & {
  readonly env: (given: Readonly<Record<string, string>>) => Record<string, string>
}

function ownPart(service: RunnableService, wanted: Wanted, facts: LaunchFacts): Promise<OwnPart> | OwnPart {
  if (service.executable) return pluginPart(service, service.executable, { wanted, facts })
  return service.program ? filePart(service, service.program, { wanted, facts }) : commandPart(service, wanted, facts)
}

type Asked = { readonly wanted: Wanted; readonly facts: LaunchFacts }

async function pluginPart(service: RunnableService, executable: VerifiedExecutable, { wanted, facts }: Asked) {
  const { spec } = service
  const { manifest, plugin, root } = executable
  refuseOldOperator(plugin, manifest.minimumOperator)
  const words =
    wanted.words ?? (spec.program.kind === 'plugin' ? await argumentsOf(spec.program.arguments, executable) : [])
  const { file, leading, argv0 } = programOf(facts.locate(executable), thisMachine(requireRuntimeVersion))
  const temporary = ownFolder(facts, 'tmp', wanted.id)
  return {
    file,
    argv: [...leading, ...words],
    argv0,
    cwd: workingDir(service) ?? ownFolder(facts, 'work', wanted.id),
    env: (given: Readonly<Record<string, string>>) => ({
      ...pluginEnvironment(facts.env, { temporary, root, contract: manifest.output }),
      ...given,
    }),
  }
}

type Given = Extract<RunnableService['spec']['program'], { kind: 'plugin' }>['arguments']

async function argumentsOf(given: Given, { plugin, manifest }: VerifiedExecutable): Promise<string[]> {
  const valid = await validateArguments(given, { plugin, schema: manifest.arguments })
  const { words, document } = deliverArguments(valid, { plugin, manifest })
  if (document === undefined) return [...words]
  // A service outlives whoever could write to its standard input, and a secret never becomes a word.
  throw coded('ARGUMENTS_INVALID', {
    message: `arguments of plugin ${quote(plugin)} are for its standard input, which a service does not have`,
    details: { plugin },
    hint: 'give secrets in `environment`, or in a file that the service reads',
  })
}

/** Of an image, other words stand in place of its `Cmd`, and what its `Entrypoint` says before them stays. */
function filePart(service: RunnableService, program: ProvenProgram, { wanted, facts }: Asked): OwnPart {
  const { program: said } = service.spec
  const own = said.kind === 'file' ? said.words : undefined
  const words = wanted.words ?? own ?? program.words
  program.recheck()
  const found = { ...program, plugin: service.name, manifest: { protocol: 'exec' as const } }
  const { file, leading, argv0 } = programOf(found, thisMachine(requireRuntimeVersion))
  return {
    file,
    argv: [...leading, ...program.entry, ...words],
    argv0,
    cwd: workingDir(service) ?? ownFolder(facts, 'work', wanted.id),
    env: (given) => serviceEnvironment(facts.env, { ...program.environment, ...given }),
  }
}

/** A name without a slash is looked up in the service's own PATH. */
function commandPart(service: RunnableService, { id, words = [] }: Wanted, facts: LaunchFacts): OwnPart {
  const { program } = service.spec
  const [file = '', ...argv] = program.kind === 'command' ? program.argv : []
  const cwd =
    workingDir(service) ?? (isAbsolute(facts.configPath) ? dirname(facts.configPath) : ownFolder(facts, 'work', id))
  return {
    file: file.includes('/') ? resolve(cwd, file) : file,
    argv: [...argv, ...words],
    cwd,
    env: (given) => serviceEnvironment(facts.env, given),
  }
}

function workingDir({ spec: { workingDir: said } }: RunnableService): string | undefined {
  return said && resolve(dirname(said.document), said.path)
}

function ownFolder({ places }: LaunchFacts, kind: string, id: string): string {
  const folder = join(places.state, kind, id)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

/** The name of the file tells the reader which format it is. With secrets in it, it lies where they do. */
async function configWords({ spec: { configFile } }: RunnableService, { id, secrets }: Wanted, facts: LaunchFacts) {
  if (!configFile) return []
  if (secrets?.config !== undefined) return ['--config', secrets.config]
  const path = join(ownFolder(facts, 'configs', id), `config.${configFile.format}`)
  await replaceFile(path, configText(configFile), { mode: 0o600 })
  return ['--config', path]
}
