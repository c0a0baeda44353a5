// How each runtime is started so that it loads nothing but the plugin's own files and its own library: no folder above the
// plugin, none of the caller's, no start-up file of the user.
import { join } from 'node:path'
import { isolationOf } from '../../schemas/interpreters.ts'

export const NODE_GUARD = join(import.meta.dirname, 'node-guard.cjs')

/**
 * The same for Node that a plugin of any kind starts: a shell script that calls `node` gives it no flags. Only our own guard
 * stands in it, whatever the operator's environment says.
 */
export const NODE_OPTIONS = `--require "${NODE_GUARD.replace(/[\\"]/g, '\\$&')}"`

/** Flags by the name of the interpreter, which go before all others. */
export function isolationFlags(interpreter: string): readonly string[] {
  return /^node(js)?$/.test(interpreter) ? ['--require', NODE_GUARD] : (isolationOf(interpreter) ?? [])
}
