// supervisord, the supervisor that most machines with Python have. It knows an order, and no dependencies.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run, serve } from '../child.ts'
import type { Project, Supervised } from '../ours/many-services.ts'
import { Missing } from '../scope.ts'
import { exists } from './install-peer.ts'
import { PIP, settingsFor } from './own-settings.ts'

export const SUPERVISORD_VERSION = '4.3.0'

const CACHE = join(import.meta.dirname, '..', '..', '.octo', 'bench', 'peers')

export async function superviseBySupervisord({ folder, services, begun, reset }: Project): Promise<Supervised> {
  const packages = await installed()
  const head = [
    '[supervisord]',
    'nodaemon=true',
    `logfile=${folder}/supervisord.log`,
    `pidfile=${folder}/supervisord.pid`,
  ]
  const programs = services.flatMap(({ name, command }, index) => [
    ...[`[program:${name}]`, `command=/bin/sh -c '${command.at(-1)}'`, `priority=${index}`, 'startsecs=0'],
  ])
  await writeFile(join(folder, 'supervisord.conf'), `${[...head, ...programs].join('\n')}\n`)
  const args = ['-m', 'supervisor.supervisord', '-c', join(folder, 'supervisord.conf')]
  let stop = (): Promise<void> => Promise.resolve()
  return {
    async start() {
      await reset()
      const startedAt = performance.now()
      const server = await serve({ file: 'python3', args, cwd: folder, env: { PYTHONPATH: packages } }, /./)
      stop = server.stop
      await begun()
      return { ms: performance.now() - startedAt, pid: server.pid }
    },
    stop: () => stop(),
  }
}

/** The folder of its modules, kept for the next time; throws Missing where they cannot be had. */
async function installed(): Promise<string> {
  const folder = join(CACHE, `supervisor-${SUPERVISORD_VERSION}`)
  if (await exists(join(folder, 'supervisor'))) return folder
  const staging = `${folder}.${process.pid}`
  try {
    await mkdir(staging, { recursive: true })
    const wanted = [`supervisor==${SUPERVISORD_VERSION}`, 'setuptools']
    const args = ['-m', 'pip', 'install', '--quiet', '--no-compile', '--target', staging, ...wanted]
    await run({ file: 'python3', args, env: settingsFor(PIP), timeoutMs: 180_000 })
    await rm(folder, { recursive: true, force: true })
    await rename(staging, folder)
  } catch (error) {
    throw new Missing(`pip could not install supervisor: ${error instanceof Error ? error.message : error}`)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
  return folder
}
