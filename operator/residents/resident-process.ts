// A plugin that stays: started once, like for a run of its own, and asked in lines. What it prints beside answers ends it, and so does
// a second answer to one question, as nobody can say which of them counts; what came together with it does not count either. Whatever
// happens, nothing of it is left.
import { randomInt } from 'node:crypto'
import type { VerifiedExecutable } from '../../client/index.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { makePrivateDirectory } from '../../system/files/private-directory.ts'
import type { ApartChild } from '../../system/process/launch-apart.ts'
import { launchApart } from '../../system/process/launch-apart.ts'
import { forgetGroup, holdGroup, signalGroup } from '../../system/process/process-group.ts'
import { endStrays } from '../../system/process/strays.ts'
import { watchLines } from '../../system/process/watch-lines.ts'
import { pluginEnvironment } from '../exec/environment.ts'
import { programOf, thisMachine } from '../exec/executable.ts'
import type { InsideRun } from '../exec/inside.ts'
import { pluginLaunchWords } from '../exec/launch-words.ts'
import { requireRuntimeVersion } from '../exec/runtime-version.ts'
import type { Answer } from '../exec/within.ts'
import { ANSWER_BYTES, readAnswer } from './read-answer.ts'

/** `document`: as on standard input of a process. */
export type Question = Omit<InsideRun, 'timeoutMs' | 'signal' | 'kept' | 'readLine'>

export type ResidentProcess = {
  /** Whether it may be asked. */
  isOpen(): boolean
  /** Rejects with PLUGIN_EXITED. */
  ask(question: Question): { readonly answer: Promise<Answer>; forget(): void }
  /** Asks it nothing more, and ends it when nobody waits for an answer. */
  retire(): void
  kill(): void
  /** Nothing of it is left. Never rejects. */
  readonly ended: Promise<void>
}

/** Nobody guesses one: who counts answers, or prints them before the question, is heard. Programs of all kinds keep it exactly. */
const IDS = 2 ** 31
/** Without an answer in them. */
const FLOOD_BYTES = 10 * 1024 * 1024
const KILL_GRACE_MS = 2000

type Starting = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** It printed what is no answer, and is not to be believed again. */
  onBreach(): void
}

type Asked = { settle(answer: Answer): void; fail(error: Error): void }

/** Throws what a program that cannot be started throws. Its files were checked right before. */
export async function startResident(
  executable: VerifiedExecutable,
  { env, onBreach }: Starting,
): Promise<ResidentProcess> {
  const directory = makePrivateDirectory()
  try {
    const { file, leading, argv0 } = programOf(executable, thisMachine(requireRuntimeVersion))
    const { plugin, root, manifest } = executable
    const facts = { temporary: directory.temporary, root, contract: manifest.output, resident: manifest.resident }
    const child = await launchApart(
      {
        file,
        argv: leading,
        env: pluginEnvironment(env, facts),
        cwd: directory.work,
        argv0,
      },
      { stdio: ['pipe', 'pipe', 'ignore'], words: pluginLaunchWords },
    )
    return residentOf(child, { plugin, directory, entry: `TMPDIR=${directory.temporary}`, onBreach })
  } catch (error) {
    directory[Symbol.dispose]()
    throw error
  }
}

function residentOf(
  child: ApartChild,
  {
    plugin,
    directory,
    entry,
    onBreach,
  }: { readonly plugin: string; readonly directory: Disposable; readonly entry: string } & Pick<Starting, 'onBreach'>,
): ResidentProcess {
  const { pid, stdin, stdout } = child
  const asked = new Map<number, Asked>()
  /** Nobody waits for their answers any more. */
  const forgotten = new Set<number>()
  /** Answers of what is being read: they count when all of it is one. */
  const heard: { readonly answered: Asked; readonly answer: Answer }[] = []
  let heardBytes = 0
  let isRetired = false
  let isGone = false
  const startedAt = performance.now()
  holdGroup(pid, entry)

  function hear(line: Buffer, isWholeLine: boolean): void {
    const answer = isWholeLine ? readAnswer(line) : undefined
    const waiting = answer && asked.get(answer.id)
    if (!answer || !(waiting || forgotten.has(answer.id))) {
      breach('printed what is no answer to a question')
      return
    }
    heardBytes = 0
    forgotten.delete(answer.id)
    asked.delete(answer.id)
    const { id: _, ...rest } = answer
    if (waiting) heard.push({ answered: waiting, answer: rest })
  }

  function believe(): void {
    for (const { answered, answer } of heard.splice(0)) answered.settle(answer)
    endWhenIdle()
  }

  function breach(how: string): void {
    if (isGone) return
    lose(how)
    onBreach()
  }

  function lose(how: string): void {
    if (isGone) return
    isGone = true
    signalGroup(pid, 'SIGKILL')
    for (const stream of [stdin, stdout]) stream?.destroy()
    directory[Symbol.dispose]()
    for (const { fail } of [...asked.values(), ...heard.map(({ answered }) => answered)])
      fail(residentLost(plugin, how))
    asked.clear()
    heard.length = 0
  }

  function endWhenIdle(): void {
    if (!isRetired || isGone || asked.size > 0) return
    stdin?.end()
    signalGroup(pid, 'SIGTERM')
    setTimeout(() => lose('was ended'), KILL_GRACE_MS).unref()
  }

  const lines = watchLines(ANSWER_BYTES, hear)
  stdout?.on('data', (chunk: Buffer) => {
    heardBytes += chunk.length
    if (!isGone) lines.add(chunk)
    if (!isGone) believe()
    if (heardBytes > FLOOD_BYTES) breach('printed more than 10 MiB beside answers')
  })
  // One that does not read is noticed by the time of the question.
  stdin?.on('error', () => undefined)
  const ended = child.ended.then(async ({ exitCode, signal }) => {
    lose(`ended (${signal ?? `exit code ${exitCode}`})`)
    await endStrays({ pid, entry, startedAt })
    forgetGroup(pid)
    directory[Symbol.dispose]()
  })

  function newId(): number {
    const id = randomInt(IDS)
    return asked.has(id) || forgotten.has(id) ? newId() : id
  }

  return {
    isOpen: () => !isRetired && !isGone,
    ask(question) {
      const id = newId()
      const { promise, resolve, reject } = Promise.withResolvers<Answer>()
      if (isGone) reject(residentLost(plugin, 'ended'))
      else asked.set(id, { settle: resolve, fail: reject })
      stdin?.write(`${JSON.stringify({ v: 1, id, ...question })}\n`)
      return {
        answer: promise,
        forget() {
          if (asked.delete(id)) forgotten.add(id)
          endWhenIdle()
        },
      }
    },
    retire() {
      isRetired = true
      endWhenIdle()
    },
    kill: () => lose('was ended'),
    ended,
  }
}

function residentLost(plugin: string, how: string): Error {
  return coded('PLUGIN_EXITED', {
    message: `plugin ${quote(plugin)}, which stays and answers many checks, ${how} before it had answered this one`,
    details: { plugin },
  })
}
