// Finds an interpreter of this machine: by its absolute path, or by its name in fixed folders that nobody else can write to.
import { existsSync } from 'node:fs'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { problemOfPath } from '../../system/files/owned-path.ts'

type Search = {
  readonly plugin: string
  /** Folders in which an interpreter is looked for by its name, as in PATH. */
  readonly machine: { readonly platform: NodeJS.Platform; readonly path: string }
}

/** Throws RUNTIME_MISSING when there is none, or none that could not be another user's. */
export function findInterpreter(interpreter: string, { plugin, machine }: Search): string {
  const folders = machine.path.split(':').filter((folder) => folder.startsWith('/'))
  const candidates = interpreter.startsWith('/') ? [interpreter] : folders.map((folder) => `${folder}/${interpreter}`)
  const present = machine.platform === 'win32' ? [] : candidates.filter((candidate) => existsSync(candidate))
  const found = present.find((candidate) => problemOfPath(candidate) === undefined)
  if (found !== undefined) return found
  const [unsafe] = present
  const problem = unsafe === undefined ? undefined : problemOfPath(unsafe)
  throw coded('RUNTIME_MISSING', {
    message:
      problem === undefined
        ? `plugin ${quote(plugin)} needs the interpreter ${quote(interpreter)}, which is not on this machine`
        : `plugin ${quote(plugin)} needs the interpreter ${quote(unsafe)}, and ${quote(problem.place)} ${problem.problem}`,
    details: { plugin, interpreter, path: machine.path },
    hint:
      problem === undefined
        ? `install ${quote(interpreter)} for all users; octo looks in fixed folders only and not in your PATH`
        : `let only root write there; octo starts no interpreter that somebody else could replace`,
  })
}
