// A project with services that are small shell programs, under a supervisor in this process; the programs are real, and gone
// after the test whatever it did.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { stringify } from 'yaml'
import { hostPlatform } from '../../../client/host-platform.ts'
import type { VerifiedExecutable, WantedProgram } from '../../../client/index.ts'
import { openClient } from '../../../client/index.ts'
import type { PluginRequest } from '../../../config/model/config.ts'
import type { InstanceStatus } from '../../../operator/services/control/protocol.ts'
import { placesOf } from '../../../operator/services/project/places.ts'
import { openRunnable } from '../../../operator/services/specs/runnable.ts'
import { takeProject } from '../../../operator/services/supervise.ts'
import type { Supervisor } from '../../../operator/services/supervisor.ts'
import { ownCgroup, removeCgroup } from '../../../system/process/process-cgroup.ts'
import { freshTable } from '../../../system/process/process-table.ts'
import { anExecutable } from '../builders/executables.ts'
import { readConfig } from '../builders/read-configs.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import { until } from '../machine/until.ts'

type Plugins = Readonly<Record<string, VerifiedExecutable>>

/** Below `services`; plugins of checks are the fixtures of their names. Journal and logs lie in `state`, where it is given. */
export async function aServiceScene(
  t: TestContext,
  services: Readonly<Record<string, object>>,
  plugins: Plugins = {},
  state?: string,
) {
  const folder = tempFolder(t)
  const env = {
    ...{ HOME: folder, TMPDIR: folder, PATH: process.env.PATH ?? '' },
    ...(state === undefined ? {} : { XDG_STATE_HOME: state }),
  }
  const configPath = join(folder, 'octo.yaml')
  const project = { configPath, env, places: placesOf(configPath, env) }
  const logged: string[] = []
  write(services)
  t.after(() => endMarked(project.places.key))

  function write(next: Readonly<Record<string, object>>, more: object = {}): void {
    writeFileSync(configPath, stringify({ ...more, services: next }))
  }

  async function load(names: readonly string[] = []) {
    const config = await readConfig(configPath, { cwd: folder, env })
    const provide = async (requests: readonly PluginRequest[]) =>
      requests.map(({ plugin }) => ({
        state: 'done' as const,
        value: plugins[plugin] ?? anExecutable(`${plugin}.sh`, { output: 'exit-code' }),
      }))
    const provideProgram = async (wanted: WantedProgram) => {
      const [lockPath, storeRoot] = [join(folder, 'octo.lock'), join(folder, 'store')]
      await using client = await openClient({ config, lockPath, storeRoot, platform: hostPlatform(), env })
      return await client.provideProgram(wanted)
    }
    return {
      runnable: await openRunnable({ config, provide, provideProgram }, names),
      locate: <One>(executable: One) => executable,
    }
  }

  /** The next supervisor of the project; leaving it is what a kill does to one, for the services. */
  async function supervise<Result>(act: (supervisor: Supervisor, taken: Taken) => Promise<Result>): Promise<Result> {
    await using taken = await takeProject(project, (line) => void logged.push(line))
    return await act(taken.supervisor, taken)
  }

  return {
    ...{ folder, env, project, logged, write, load, supervise },
    path: (name: string) => join(folder, name),
    text: (name: string) => readIfThere(join(folder, name)),
    /** What the program is, as a command of a service; `$0` is the scene's folder. */
    script: (text: string) => ({ command: ['/bin/sh', '-c', text, folder] }),
  }
}

type Taken = Awaited<ReturnType<typeof takeProject>>

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Everything that carries the mark of the project. */
export function markedProcesses(key: string) {
  return freshTable().filter(({ mark }) => mark?.startsWith(`${key}/`))
}

export async function endMarked(key: string): Promise<void> {
  await until(() => {
    const left = markedProcesses(key)
    for (const { pid } of left) kill(pid)
    return left.length === 0
  })
  const cgroups = ownCgroup()
  const names = cgroups === undefined ? [] : readdirSync(cgroups).filter((name) => name.startsWith(`octo.${key}.`))
  for (const name of names) removeCgroup(join(cgroups ?? '', name))
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

export function stateOf(supervisor: Supervisor, instance: string): InstanceStatus {
  const found = supervisor.status().find((one) => one.instance === instance)
  if (!found) throw new Error(`no instance ${instance}`)
  return found
}
