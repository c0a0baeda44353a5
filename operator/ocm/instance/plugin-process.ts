// The process of a plugin: started with its config in a group of its own, heard for as long as it runs, and ended with all that it
// started.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { Announcement } from '../../../schemas/contract/ocm/announcement.ts'
import { parseAnnouncement } from '../../../schemas/contract/ocm/announcement.ts'
import { launch } from '../../../system/process/launch.ts'
import { holdGroup, releaseGroup } from '../../../system/process/process-group.ts'
import { endStrays } from '../../../system/process/strays.ts'
import { pluginEnvironment } from '../../exec/environment.ts'
import { pluginLaunchWords } from '../../exec/launch-words.ts'
import type { ServicePlugin } from '../plugin.ts'
import { configArgument } from './config-argument.ts'
import type { InstanceFacts } from './instance-facts.ts'
import { readPluginLines } from './lines.ts'
import type { RuntimeFolder } from './runtime-folder.ts'

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

export type PluginProcess = {
  readonly pid: number
  /** Where it says that it listens; never where it does not say so. */
  readonly announced: Promise<Announcement>
  /** Undefined before. */
  announcement(): Announcement | undefined
  /** Nothing runs of it and of what it started, and all that it said was heard. Never rejects. */
  readonly ended: Promise<Exit>
  /** The last lines of its standard error. */
  last(): readonly string[]
  /** Asks it to go, and makes it after the grace. */
  end(killGraceMs: number): void
  kill(): void
}

/** For its pipes to tell the rest, after it has ended. */
const SETTLE_MS = 250

/** Throws what a program that cannot be started throws. */
export async function startPluginProcess(
  plugin: ServicePlugin,
  facts: InstanceFacts,
  folder: RuntimeFolder,
): Promise<PluginProcess> {
  const child = await spawn(plugin, facts, folder)
  const pid = child.pid as number
  const mark = { pid, entry: `TMPDIR=${folder.path}`, startedAt: performance.now() }
  holdGroup(pid, mark.entry)
  const exited = exitOf(child)
  const announced = Promise.withResolvers<Announcement>()
  let announcement: Announcement | undefined
  const lines = readPluginLines(child, {
    plugin: plugin.name,
    log: facts.log,
    takes(line) {
      const found = announcement ? undefined : parseAnnouncement(line)
      if (!found) return false
      announcement = found
      announced.resolve(found)
      return true
    },
  })
  return {
    pid,
    announced: announced.promise,
    announcement: () => announcement,
    ended: cleanedUp(),
    last: lines.last,
    end(killGraceMs) {
      child.kill('SIGINT')
      const timer = setTimeout(() => releaseGroup(pid), killGraceMs)
      void exited.then(() => clearTimeout(timer))
    },
    kill: () => releaseGroup(pid),
  }

  async function cleanedUp(): Promise<Exit> {
    const how = await exited
    releaseGroup(pid)
    await endStrays(mark)
    await settled(child)
    for (const stream of [child.stdout, child.stderr]) stream?.destroy()
    return how
  }
}

async function spawn(plugin: ServicePlugin, facts: InstanceFacts, folder: RuntimeFolder): Promise<ChildProcess> {
  using program = plugin.open()
  const { cwd, env } = facts
  return await launch(
    {
      file: program.file,
      argv0: program.argv0,
      cwd,
      argv: [...program.leading, '--config', configArgument(facts, folder)],
      env: pluginEnvironment(env, { temporary: folder.path, root: program.root, contract: 'ocm' }),
    },
    { stdio: ['ignore', 'pipe', 'pipe'], ownGroup: true, words: pluginLaunchWords },
  )
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
}

/** Its pipes are read to their end, unless somebody else holds them. */
async function settled(child: ChildProcess): Promise<void> {
  const open = [child.stdout, child.stderr].filter((stream) => stream && !stream.readableEnded && !stream.destroyed)
  const ends = open.map((stream) => once(stream as NodeJS.ReadableStream, 'close').catch(() => undefined))
  await Promise.race([Promise.all(ends), pause(SETTLE_MS, undefined, { ref: false })])
}
