// The process of a plugin that may outlive whoever started it: it writes to files in place of pipes, so that nobody has to read for
// it to go on, and is in a session of its own.
import { closeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Announcement } from '../../../schemas/contract/ocm/announcement.ts'
import { parseAnnouncement } from '../../../schemas/contract/ocm/announcement.ts'
import { printable } from '../../../schemas/quote.ts'
import { onDisk } from '../../../system/files/errors.ts'
import type { ProcessIdentity } from '../../../system/process/identity.ts'
import { identityOf } from '../../../system/process/identity.ts'
import { launchApart } from '../../../system/process/launch-apart.ts'
import { MARK } from '../../../system/process/mark.ts'
import { forgetGroup, holdGroup, releaseGroup } from '../../../system/process/process-group.ts'
import { pluginEnvironment } from '../../exec/environment.ts'
import { pluginLaunchWords } from '../../exec/launch-words.ts'
import { liveOf, sizeOf } from '../../logs/kept-log.ts'
import { openLog } from '../../logs/log-files.ts'
import { configArgument } from '../instance/config-argument.ts'
import type { InstanceFacts } from '../instance/instance-facts.ts'
import type { Exit, PluginProcess } from '../instance/plugin-process.ts'
import type { RuntimeFolder } from '../instance/runtime-folder.ts'
import type { OpenedProgram } from '../plugin.ts'
import { openLogTail } from './log-tail.ts'
import type { SharedPlaces } from './places.ts'
import type { LogPlaces } from './watch.ts'

type Launching = {
  readonly program: OpenedProgram
  readonly facts: InstanceFacts
  readonly places: SharedPlaces
  readonly folder: RuntimeFolder
  /** Carried by all that it starts. */
  readonly mark: string
}

export type LaunchedPlugin = Omit<PluginProcess, 'end' | 'kill'> & {
  readonly identity: ProcessIdentity
  /** Where in its files its lines begin: those of instances before it are none of it. */
  readonly begins: LogPlaces
  kill(): void
  /** It is well: from now on it may outlive this process. */
  release(): void
}

const LOOK_MS = 3
const KEPT_LINES = 20
const KEPT_LENGTH = 500
/** More than this is no beginning of anything, and would fill the disk before its time is over. */
const MOST_BYTES = 64 * 1024 * 1024
/** Of a flood, its end. */
const LAST_BYTES = 1024 * 1024

/** Throws what a program that cannot be started throws. */
export async function launchShared({ program, facts, places, folder, mark }: Launching): Promise<LaunchedPlugin> {
  using stdout = appendTo(places.stdout)
  using stderr = appendTo(places.stderr)
  const begins = { stdout: stdout.size, stderr: stderr.size }
  const { cwd, env } = facts
  const child = await launchApart(
    {
      file: program.file,
      argv0: program.argv0,
      cwd,
      argv: [...program.leading, '--config', configArgument(facts, folder)],
      env: {
        ...pluginEnvironment(env, { temporary: folder.path, root: program.root, contract: 'ocm' }),
        [MARK]: mark,
      },
    },
    { stdio: ['ignore', stdout.file, stderr.file], words: pluginLaunchWords },
  )
  holdGroup(child.pid)
  const identity = identityOf(child.pid) ?? { boot: '', pid: child.pid, start: '' }
  const ended = child.ended.then(({ exitCode, signal }) => ({ code: exitCode, signal }))
  return heard({ pid: child.pid, identity, ended }, places, begins)
}

type OpenLog = Disposable & {
  readonly file: number
  /** Of what others wrote there. */
  readonly size: number
}

/** Throws NO_SPACE or IO_FAILED. */
function appendTo(path: string): OpenLog {
  const file = onDisk(path, () => openLog(path, Date.now()))
  const live = liveOf(path, file)
  return { file, size: live ? live.to - live.base : 0, [Symbol.dispose]: () => closeSync(file) }
}

type Started = Pick<LaunchedPlugin, 'pid' | 'identity' | 'ended'>

function heard({ pid, identity, ended }: Started, { stdout, stderr }: SharedPlaces, begins: LogPlaces): LaunchedPlugin {
  let announcement: Announcement | undefined
  let isOver = false
  const announced = Promise.withResolvers<Announcement>()
  const tail = openLogTail(stdout, begins.stdout, {
    onLine(line, isWhole) {
      if (announcement || !isWhole) return
      announcement = parseAnnouncement(line)
      if (announcement) announced.resolve(announcement)
    },
  })
  void listen()
  return {
    pid,
    identity,
    begins,
    announced: announced.promise,
    announcement: () => announcement,
    ended: ended.then(cleanedUp),
    last: () => lastLines(stderr, begins.stderr),
    kill: () => releaseGroup(pid),
    release() {
      isOver = true
      forgetGroup(pid)
    },
  }

  /** Until it is well, nobody else looks after what it prints. */
  async function listen(): Promise<void> {
    while (!isOver) {
      if (!announcement) tail.more()
      if (sizeOf(stdout) - begins.stdout + sizeOf(stderr) - begins.stderr > MOST_BYTES) return refuse()
      await pause(LOOK_MS)
    }
  }

  function refuse(): void {
    announced.resolve({ kind: 'refused', problem: `it printed more than ${MOST_BYTES} bytes before it was well` })
    releaseGroup(pid)
  }

  function cleanedUp(how: Exit): Exit {
    isOver = true
    releaseGroup(pid)
    return how
  }
}

function lastLines(path: string, from: number): readonly string[] {
  const last: string[] = []
  const onLine = (line: string) => {
    last.push(printable(line, KEPT_LENGTH))
    if (last.length > KEPT_LINES) last.shift()
  }
  openLogTail(path, Math.max(from, sizeOf(path) - LAST_BYTES), { onLine }).end()
  return last
}
