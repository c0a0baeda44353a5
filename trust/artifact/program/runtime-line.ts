// A first line that names another interpreter than the runtime: people would run one program, and octo another.
import type { FirstLine } from '../../../schemas/first-line.ts'
import { baseName } from '../../../schemas/first-line.ts'
import type { Runtime } from '../../../schemas/manifest.ts'

const NAMES: Readonly<Record<Runtime['name'], RegExp>> = {
  node: /^node(js)?$/,
  sh: /^(sh|dash|ash)$/,
  bash: /^(ba)?sh$/,
  python3: /^python(3(\.\d+)?)?$/,
  perl: /^perl(5[0-9.]*)?$/,
}

/** What is wrong, as the end of a sentence. */
export function problemOfRuntime(line: FirstLine, runtime: Runtime): string | undefined {
  const name = baseName(line.interpreter)
  if (NAMES[runtime.name].test(name)) return undefined
  return `names \`${name}\` in its first line, and is to be run by the runtime \`${runtime.name}\``
}
