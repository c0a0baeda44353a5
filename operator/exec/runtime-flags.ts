// How each runtime is started so that it loads nothing but the plugin's own files and its own library: no folder above the
// plugin, none of the caller's, no start-up file of the user.
import { fileURLToPath } from 'node:url'

const NODE_GUARD = fileURLToPath(new URL('./node-guard.cjs', import.meta.url))

/** Flags by the name of the interpreter; none for one that octo does not know. */
export function isolationFlags(interpreter: string): readonly string[] {
  if (/^node(js)?$/.test(interpreter)) return ['--require', NODE_GUARD]
  // No PYTHON* variables, no packages of the user, and no compiled modules beside files that are proven before every run.
  if (/^python3?(\.\d+)?$/.test(interpreter)) return ['-E', '-s', '-B']
  // No sitecustomize.pl; perl before 5.26 looks in the working directory.
  if (/^perl/.test(interpreter)) return ['-f', '-M-lib=.']
  if (interpreter === 'bash') return ['--noprofile', '--norc']
  return []
}
