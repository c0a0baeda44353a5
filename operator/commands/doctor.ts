// `octo doctor`: everything on this machine and on the way to the repos that octo needs, looked at once, each with its cure.
import type { Workspace } from '../../client/index.ts'
import {
  defaultConfigPath,
  examine,
  examineInstallation,
  examineShared,
  examineStore,
  openWorkspace,
  sharedRootOf,
  storeRootOf,
} from '../../client/index.ts'
import { standIn } from '../../config/ask-prompts.ts'
import { requestsOf } from '../../config/model/requests.ts'
import { throwDefect } from '../../schemas/errors.ts'
import type { Cell, Paint, Terminal } from '../../terminal/index.ts'
import { count, waitingLine } from '../../terminal/index.ts'
import { clockFinding, examineSettings, noRepoFindings, repoFindings } from '../doctor/connections.ts'
import type { Finding, FindingState } from '../doctor/finding.ts'
import { finding, refusal } from '../doctor/finding.ts'
import { installationFinding } from '../doctor/installation.ts'
import { keyFindings } from '../doctor/keys.ts'
import { examinePlugins, lockfileFinding } from '../doctor/plugins.ts'
import { serviceFindings } from '../doctor/services.ts'
import { shimFindings } from '../doctor/shims.ts'
import { examineMachine, examineStoreFolder, sharedStoreFinding } from '../doctor/this-machine.ts'
import type { SessionOptions } from '../operator-session.ts'
import { localConfigPath } from '../operators/baremetal/without-config.ts'

export type DoctorOptions = Pick<SessionOptions, 'config' | 'lock' | 'offline'>

/** 0 when nothing is bad; what could not be looked at, and what is only worth knowing, ends with 0 too. */
export async function doctorCommand(options: DoctorOptions, terminal: Terminal): Promise<number> {
  const findings = await allFindings(options, terminal)
  const bad = findings.filter(({ state }) => state === 'bad').length
  if (terminal.json) terminal.result({ json: { healthy: bad === 0, findings }, text: () => '' })
  else show(findings, terminal)
  return bad === 0 ? 0 : 1
}

async function allFindings(options: DoctorOptions, terminal: Terminal): Promise<readonly Finding[]> {
  const { env } = process
  const store = await storeFindings(env)
  const isUsable = store.every(({ code }) => code === undefined)
  const shims = isUsable ? await shimFindings(env) : []
  const machine = [...examineMachine(env), installationFinding(await examineInstallation()), ...store, ...shims]
  const configPath = localConfigPath(options, process.cwd())
  const services = configPath === undefined ? [] : serviceFindings(configPath, env)
  const opened = await openedWorkspace(options, terminal)
  if ('refused' in opened) return [...machine, ...(await examineSettings([], env)), opened.refused, ...services]
  const { workspace, findings } = opened
  const settings = await examineSettings(workspace.config.repos, env)
  return [...machine, ...settings, ...findings, ...(await configFindings(workspace, options, isUsable)), ...services]
}

async function storeFindings(env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  try {
    const root = storeRootOf(env)
    const own = await examineStore(root)
    const shared = await examineShared(root, sharedRootOf(env))
    return [...examineStoreFolder(own), ...(shared ? [sharedStoreFinding(shared)] : [])]
  } catch (error) {
    throwDefect(error)
    return [refusal('store', error)]
  }
}

type Opened = { readonly workspace: Workspace; readonly findings: readonly Finding[] } | { readonly refused: Finding }

async function openedWorkspace(options: DoctorOptions, terminal: Terminal): Promise<Opened> {
  const { env } = process
  const cwd = process.cwd()
  const warned: string[] = []
  const place = {
    cwd,
    env,
    warn: (line: string) => void warned.push(line),
    ask: standIn,
    onWait: waitingLine(terminal),
  }
  try {
    const workspace = await openWorkspace(options, place)
    const warnings = warned.map((line) => finding('warning', 'config', line))
    return { workspace, findings: [finding('good', 'config', workspace.config.files.join(', ')), ...warnings] }
  } catch (error) {
    throwDefect(error)
    const isNone = options.config === undefined && defaultConfigPath(cwd) === undefined
    return { refused: refusal('config', error, isNone ? 'unknown' : 'bad') }
  }
}

async function configFindings(
  { config, options }: Workspace,
  { offline = false }: DoctorOptions,
  isStoreUsable: boolean,
): Promise<readonly Finding[]> {
  const keys = keyFindings(config.repos, Date.now())
  if (!isStoreUsable)
    return [...keys, finding('unknown', 'repos and plugins', 'were not looked at: the store cannot be used')]
  const { lockfile, repos } = await examine({ ...options, offline })
  const asked = requestsOf(config).length
  const locked = lockfileFinding(lockfile, options.lockPath, asked)
  return [
    ...(config.repos.length > 0 ? [clockFinding(repos)] : []),
    ...noRepoFindings(config, asked),
    ...repoFindings(config.repos, repos),
    ...keys,
    locked,
    ...(lockfile.state === 'read' ? await examinePlugins(options) : []),
  ]
}

function stateCell(state: FindingState, paint: Paint): Cell {
  if (state === 'good') return { text: 'ok', paint: paint.green }
  if (state === 'bad') return { text: state, paint: (text) => paint.red(paint.bold(text)) }
  return { text: state, paint: paint.yellow }
}

function show(findings: readonly Finding[], terminal: Terminal): void {
  terminal.table({
    columns: [{ title: 'state' }, { title: 'what' }, { title: 'how it is', shrinks: true }],
    rows: findings.map(({ state, subject, said }) => [stateCell(state, terminal.paint), subject, said]),
  })
  const told = findings.filter(({ state, hint }) => state !== 'good' && hint !== undefined)
  for (const { subject, hint } of told) terminal.info(`${subject}: ${hint}`)
  const bad = findings.filter(({ state }) => state === 'bad').length
  const warnings = findings.filter(({ state }) => state === 'warning').length
  terminal.info(`${count(findings.length, 'thing')} looked at: ${bad} bad, ${count(warnings, 'warning')}`)
}
