// `octo autostart enable` and `disable`: the services of a config come up with the machine, or with the user, by a unit of systemd.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, isAbsolute, resolve } from 'node:path'
import { openWorkspace } from '../../client/index.ts'
import { standIn } from '../../config/ask-prompts.ts'
import { findConfig } from '../../config/find/find-config.ts'
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { onDisk } from '../../system/files/errors.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import type { Terminal } from '../../terminal/index.ts'
import { waitingLine } from '../../terminal/index.ts'
import { lastingStart } from '../link/lasting-start.ts'
import { complaintsAbout, systemd, systemdVersion, withSystemd } from '../operators/baremetal/systemd.ts'
import { MARK_LINE, renderUnit, SUBGROUPS_SINCE } from '../operators/baremetal/unit.ts'
import { supervisorOf } from '../services/project/control-file.ts'
import { placesOf } from '../services/project/places.ts'
import type { AutostartOptions, Place, Unit } from './autostart-unit.ts'
import { configOf, unitOf } from './autostart-unit.ts'
import { refuseExposed } from './unit-safety.ts'

/** The manager of a user knows nothing of a shell's variables. Elsewhere, keys that this user trusts would be nobody's. */
function placesOfUser(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ['XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'OCTO_HOME'].flatMap((name) => {
      const path = env[name]
      return path !== undefined && isAbsolute(path) ? [[name, path]] : []
    }),
  )
}

export async function enableAutostart(options: AutostartOptions, terminal: Terminal): Promise<number> {
  const { env } = process
  const place = { terminal, cwd: process.cwd(), env }
  const configPath = configOf(options, place)
  // The unit names it, as nobody has done so far; of one of the machine all that it relies on is looked at below.
  if (!options.system && (options.config ?? []).length === 0) findConfig(place.cwd, env)
  const unit = unitOf(configPath, options, env)
  const octo = lastingStart()
  const text = renderUnit({
    project: basename(dirname(configPath)),
    hasSubgroups: ((await systemdVersion(env)) ?? 0) >= SUBGROUPS_SINCE,
    octo: octo.words,
    flags: flagsOf(configPath, options, place.cwd),
    ...(options.system ? { user: userOf(options) } : { places: placesOfUser(env) }),
  })
  if (options.print) {
    terminal.print(text.trimEnd())
    return 0
  }
  if (options.now) refuseRunning(configPath, env)
  const lock = options.lock === undefined ? undefined : resolve(place.cwd, options.lock)
  if (options.system) {
    const configs = [configPath, ...otherConfigs(options, place.cwd)]
    await refuseExposed(userOf(options), { octo, configs: await localDocuments(configs, options, place), lock }, env)
  }
  refuseForeign(unit.path)
  const before = existsSync(unit.path) ? onDisk(unit.path, () => readFileSync(unit.path, 'utf8')) : undefined
  onDisk(unit.path, () => makeFolder(dirname(unit.path)))
  await replaceFile(unit.path, text, { mode: 0o644 })
  await withSystemd(async () => {
    try {
      await refuseComplaints(unit, { isUser: options.system !== true, env })
      await systemd('systemctl', [...unit.manager, 'daemon-reload'], env)
    } catch (error) {
      // What systemd did not read is not left for it to find another day. A unit that was there before is enabled still.
      if (before === undefined) rmSync(unit.path, { force: true })
      else await replaceFile(unit.path, before, { mode: 0o644 })
      throw error
    }
    await systemd('systemctl', [...unit.manager, 'enable', ...(options.now ? ['--now'] : []), unit.name], env)
    if (!options.system) await stayWithoutLogin(place)
  })
  terminal.info(
    `enabled ${unit.name}; \`systemctl ${[...unit.manager, 'reload'].join(' ')} ${unit.name}\` applies changes of the config`,
  )
  return 0
}

/** What runs goes on running. */
export async function disableAutostart(options: AutostartOptions, terminal: Terminal): Promise<number> {
  const { env } = process
  const place = { terminal, cwd: process.cwd(), env }
  const unit = unitOf(configOf(options, place), options, env)
  if (!existsSync(unit.path)) {
    terminal.info('it was not enabled')
    return 0
  }
  refuseForeign(unit.path)
  await withSystemd(async () => {
    await systemd('systemctl', [...unit.manager, 'disable', unit.name], env)
    onDisk(unit.path, () => rmSync(unit.path, { force: true }))
    await systemd('systemctl', [...unit.manager, 'daemon-reload'], env)
  })
  terminal.info(`disabled ${unit.name}; what runs goes on until \`octo stop\``)
  return 0
}

/** Absolute, as a unit has a folder of its own. */
function flagsOf(configPath: string, options: AutostartOptions, cwd: string): string[] {
  const { lock, frozen, offline } = options
  return [
    ...[configPath, ...otherConfigs(options, cwd)].flatMap((path) => ['--config', path]),
    ...(lock === undefined ? [] : ['--lock', resolve(cwd, lock)]),
    ...(frozen ? ['--frozen'] : []),
    ...(offline ? ['--offline'] : []),
    ...['--operator', 'baremetal'],
  ]
}

function otherConfigs({ config = [] }: AutostartOptions, cwd: string): readonly string[] {
  return config.slice(1).map((text) => (/^[a-z][a-z0-9+.-]+:/i.test(text) ? text : resolve(cwd, text)))
}

/** The local ones of `configs`, all that they include from this machine, and the key files that they name. */
async function localDocuments(
  configs: readonly string[],
  options: AutostartOptions,
  { terminal, cwd, env }: Place,
): Promise<readonly string[]> {
  const place = { cwd, env, warn: (line: string) => terminal.warn(line), ask: standIn, onWait: waitingLine(terminal) }
  const { config } = await openWorkspace({ ...options, config: configs }, place)
  return [...new Set([...configs.filter(isAbsolute), ...(config.inputs?.keys() ?? [])])]
}

/** The services of a machine are nobody's by themselves. */
function userOf({ user }: AutostartOptions): string {
  if (user !== undefined && /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(user)) return user
  throw coded('USAGE', {
    message:
      user === undefined ? '`--system` does not say whose the services are' : `${quote(user)} is no name of a user`,
    hint: 'write for example `octo autostart enable --system --user shop`',
  })
}

function refuseForeign(path: string): void {
  if (!existsSync(path) || onDisk(path, () => readFileSync(path, 'utf8')).startsWith(MARK_LINE)) return
  throw coded('ALREADY_EXISTS', {
    message: `${quote(path)} was not written by octo, and is left as it is`,
    details: { path },
    hint: `look at it, and move it away: \`mv ${shellWord(path)} ${shellWord(`${path}.old`)}\``,
  })
}

/** A unit that finds another supervisor could only wait for its end. */
function refuseRunning(configPath: string, env: NodeJS.ProcessEnv): void {
  const supervisor = supervisorOf(placesOf(configPath, env))
  if (!supervisor) return
  throw coded('SUPERVISOR_BUSY', {
    message: `the services of this config are supervised by process ${supervisor.pid} already`,
    details: { pid: supervisor.pid },
    hint: 'stop them first: `octo stop`',
  })
}

type Asked = { readonly isUser: boolean; readonly env: NodeJS.ProcessEnv }

async function refuseComplaints({ path }: Unit, { isUser, env }: Asked): Promise<void> {
  const complaints = await complaintsAbout(path, { isUser, env })
  if (!complaints || complaints.length === 0) return
  throw coded('SYSTEMD_FAILED', {
    message: `systemd does not take the unit: ${complaints.join('; ')}`,
    hint: 'see it with `octo autostart enable --print`',
  })
}

/** Without it the manager of a user, and all that it started, ends with the last login. */
async function stayWithoutLogin({ terminal, env }: Place): Promise<void> {
  try {
    await systemd('loginctl', ['enable-linger'], env)
  } catch {
    terminal.warn(
      'the services start at your login and end with your last logout: `sudo loginctl enable-linger "$USER"` lets them start with the machine',
    )
  }
}
