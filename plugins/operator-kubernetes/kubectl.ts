// kubectl, which reads the user's kubeconfig with its contexts, proxies and login programs. Objects reach it on standard input:
// what stands in them is in no list of processes and in no file.
import type { OperatorCall } from '../../sdk/operator/index.ts'
import { askProgram, OPERATOR_EXIT, OperatorProblem, readProgram, runProgram } from '../../sdk/operator/index.ts'
import type { Settings } from './settings.ts'

export type Kubectl = {
  /** Of every call: the program, its cluster and its namespace. */
  readonly words: readonly string[]
  /** In the user's terminal; gives the exit code. */
  run(words: readonly string[], input?: string): Promise<number>
  /** What it prints; throws Ended where it fails, and its own error was shown. */
  read(words: readonly string[], input?: string): Promise<string>
  /** The same where a failure is an answer too. */
  ask(words: readonly string[]): Promise<string | undefined>
}

/** kubectl failed, and has said why. */
// allow(dead-export): the test's kubectl ends as a real one does
export class Ended extends OperatorProblem {}

/** `apply --validate=strict` and server-side apply as they are used here. */
const OLDEST = [1, 25] as const

type Setting = Pick<Settings, 'context' | 'namespace'>

/** Throws OperatorProblem where there is none, or one that is too old. */
export function findKubectl(settings: Setting, cwd: string, ask: typeof askProgram = askProgram): Kubectl {
  const version = versionIn(ask(['kubectl', 'version', '--client', '--output=json']))
  if (!version) throw new OperatorProblem('`kubectl` is not on this machine, or does not work', OPERATOR_EXIT.missing)
  const [major, minor] = version
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    throw new OperatorProblem(
      `\`kubectl\` is ${major}.${minor}, expected ${OLDEST.join('.')} or newer`,
      OPERATOR_EXIT.missing,
    )
  return openKubectl(prefixOf(settings), cwd)
}

// allow(dead-export): the test compares lines for a cluster that is not there
export function prefixOf({ context, namespace }: Setting): readonly string[] {
  return [
    'kubectl',
    ...(context === undefined ? [] : [`--context=${context}`]),
    ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
  ]
}

function openKubectl(prefix: readonly string[], cwd: string): Kubectl {
  const given = (input: string | undefined) => ({ cwd, input })
  return {
    words: prefix,
    run: (words, input) => runProgram([...prefix, ...words], given(input)),
    read: async (words, input) => {
      const { exitCode, stdout } = await readProgram([...prefix, ...words], given(input))
      if (exitCode !== 0) throw new Ended(`\`${[...prefix, ...words].join(' ')}\` ended with ${exitCode}`, exitCode)
      return stdout
    },
    ask: async (words) => {
      const { exitCode, stdout } = await readProgram([...prefix, ...words], { cwd, isQuiet: true })
      return exitCode === 0 ? stdout : undefined
    },
  }
}

function versionIn(text: string | undefined): readonly [number, number] | undefined {
  const [, major, minor] = /"gitVersion":\s*"v([0-9]+)\.([0-9]+)/.exec(text ?? '') ?? []
  return major === undefined ? undefined : [Number(major), Number(minor)]
}

/** What the rest of a call needs. */
export type Cluster = {
  readonly kubectl: Kubectl
  readonly note: OperatorCall['note']
  readonly pause: (ms: number) => Promise<void>
  /** Milliseconds that only grow. */
  readonly now: () => number
}
