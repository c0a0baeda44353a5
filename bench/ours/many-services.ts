// A config with many services that do nothing, each in need of the one ten before it, and when all of them have begun.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from '../child.ts'
import { run } from '../child.ts'
import type { Scope } from '../scope.ts'
import { octo } from './octo.ts'

type Service = {
  readonly name: string
  /** Notes that it has begun, and waits. */
  readonly command: readonly string[]
  readonly dependsOn: readonly string[]
}

export type Project = {
  readonly folder: string
  readonly services: readonly Service[]
  /** Forgets who has begun. */
  reset(): Promise<void>
  /** Resolves when all have begun; throws after half a minute. */
  begun(): Promise<void>
}

const WIDTH = 10
const DEADLINE_MS = 30_000

export async function openProject(scope: Scope, name: string, count: number): Promise<Project> {
  const folder = scope.path(name)
  const marks = join(folder, 'begun')
  await mkdir(marks, { recursive: true })
  const nameOf = (index: number) => `service-${index}`
  const services = Array.from({ length: count }, (_, index) => ({
    name: nameOf(index),
    command: ['/bin/sh', '-c', `: >"${join(marks, String(index))}"; exec sleep 100000`],
    dependsOn: index < WIDTH ? [] : [nameOf(index - WIDTH)],
  }))
  return {
    folder,
    services,
    async reset() {
      await rm(marks, { recursive: true, force: true })
      await mkdir(marks)
    },
    async begun() {
      for (const deadline = performance.now() + DEADLINE_MS; performance.now() < deadline; await delay(2))
        if ((await readdir(marks)).length === count) return
      throw new Error(`${(await readdir(marks)).length} of ${count} services began`)
    },
  }
}

export type Supervised = {
  /** Starts all services, in so many milliseconds from the command to the last of them. */
  start(): Promise<{ readonly ms: number; readonly pid: number }>
  stop(): Promise<void>
}

/** By `octo start`. */
export async function superviseByOcto(scope: Scope, { folder, services, begun, reset }: Project): Promise<Supervised> {
  const config = Object.fromEntries(
    services.map(({ name, command, dependsOn }) => [name, { command, depends_on: dependsOn }]),
  )
  await writeFile(join(folder, 'octo.json'), JSON.stringify({ services: config }))
  const env = { HOME: folder, XDG_RUNTIME_DIR: folder }
  const command = (...words: string[]): Command => octo([...words, '-c', 'octo.json'], { cwd: folder, env })
  const stop = async () => void (await run(command('stop')))
  scope.onClose(stop)
  return {
    async start() {
      await reset()
      const startedAt = performance.now()
      const [, ms] = await Promise.all([run(command('start')), begun().then(() => performance.now() - startedAt)])
      const { stdout } = await run(command('status', '--json'))
      return { ms, pid: (JSON.parse(stdout) as { supervisor: { pid: number } }).supervisor.pid }
    },
    stop,
  }
}
