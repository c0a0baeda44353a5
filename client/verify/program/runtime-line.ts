// A first line that names another interpreter than the runtime: people would run one program, and octo another.
import { baseName, readFirstLine } from '../../../schemas/first-line.ts'
import type { Runtime } from '../../../schemas/manifest.ts'

const NAMES: Readonly<Record<Runtime['name'], RegExp>> = {
  node: /^node(js)?$/,
  sh: /^(sh|dash|ash)$/,
  bash: /^(ba)?sh$/,
  python3: /^python(3(\.\d+)?)?$/,
  perl: /^perl(5[0-9.]*)?$/,
}

/** What is wrong, as the end of a sentence. Lines that cannot be understood name something else by that. */
export function problemOfRuntime(head: Uint8Array, runtime: Runtime): string | undefined {
  const line = readFirstLine(head)
  if (line === undefined) return undefined
  if ('problem' in line) return line.problem
  const name = baseName(line.interpreter)
  if (NAMES[runtime.name].test(name)) return undefined
  return `names \`${name}\` in its first line, and is to be run by the runtime \`${runtime.name}\``
}
