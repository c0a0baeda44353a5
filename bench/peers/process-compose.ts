// process-compose, which runs services on a machine without containers as octo does. Built from its module where Go is.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run, serve } from '../child.ts'
import type { Project, Supervised } from '../ours/many-services.ts'
import { Missing } from '../scope.ts'
import { exists } from './install-peer.ts'
import { GO, settingsFor } from './own-settings.ts'

export const PROCESS_COMPOSE_VERSION = '1.64.1'

const CACHE = join(import.meta.dirname, '..', '..', '.octo', 'bench', 'peers')
const MODULE = 'github.com/f1bonacc1/process-compose'

export async function superviseByProcessCompose({ folder, services, begun, reset }: Project): Promise<Supervised> {
  const file = await built()
  const processes = Object.fromEntries(
    services.map(({ name, command, dependsOn }) => [
      name,
      {
        command: command.at(-1),
        depends_on: Object.fromEntries(dependsOn.map((other) => [other, { condition: 'process_started' }])),
      },
    ]),
  )
  await writeFile(join(folder, 'process-compose.json'), JSON.stringify({ version: '0.5', processes }))
  const args = ['up', '--tui=false', '--no-server', '-f', join(folder, 'process-compose.json')]
  let stop = (): Promise<void> => Promise.resolve()
  return {
    async start() {
      await reset()
      const startedAt = performance.now()
      const server = await serve({ file, args, cwd: folder, env: { HOME: folder } }, /./)
      stop = server.stop
      await begun()
      return { ms: performance.now() - startedAt, pid: server.pid }
    },
    stop: () => stop(),
  }
}

/** Kept for the next time; throws Missing where it cannot be had. */
async function built(): Promise<string> {
  const folder = join(CACHE, `process-compose-${PROCESS_COMPOSE_VERSION}`)
  const program = join(folder, 'process-compose')
  if (await exists(program)) return program
  const staging = `${folder}.${process.pid}`
  await mkdir(staging, { recursive: true })
  try {
    await writeFile(join(staging, 'go.mod'), 'module peers\n\ngo 1.24\n')
    await writeFile(join(staging, 'peers.go'), `package peers\n\nimport _ "${MODULE}/src"\n`)
    const go = (...args: string[]) => run({ file: 'go', args, cwd: staging, env: settingsFor(GO), timeoutMs: 600_000 })
    await go('get', `${MODULE}@v${PROCESS_COMPOSE_VERSION}`)
    await go('build', '-mod=mod', '-o', 'process-compose', `${MODULE}/src`)
    await rm(folder, { recursive: true, force: true })
    await rename(staging, folder)
  } catch (error) {
    throw new Missing(`process-compose cannot be built: ${error instanceof Error ? error.message : error}`)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
  return program
}
