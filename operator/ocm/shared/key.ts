// Which calls can share one instance: those that would start it in the same way. What differs in anything that a plugin can tell
// apart is another instance.
import { createHash } from 'node:crypto'
import { canonicalJson } from '../../../schemas/canonical-json.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { MARK } from '../../../system/process/mark.ts'
import { pluginEnvironment } from '../../exec/environment.ts'
import type { InstanceFacts } from '../instance/instance-facts.ts'
import type { OpenedProgram } from '../plugin.ts'

const LENGTH = 16

type Program = Pick<OpenedProgram, 'argv0' | 'leading' | 'root'> & { readonly digest: Digest }

export function keyOf(plugin: string, program: Program, facts: InstanceFacts): string {
  const { env, cwd, configTypes, hiddenConfigTypes = [] } = facts
  const { [MARK]: _, ...known } = pluginEnvironment(env, { temporary: '', root: program.root, contract: 'ocm' })
  const { digest, argv0, leading } = program
  const configs = { configTypes, ...(hiddenConfigTypes.length > 0 ? { hiddenConfigTypes } : {}) }
  const told = canonicalJson({ plugin, digest, argv0, leading, cwd, ...configs, env: known })
  return createHash('sha256').update(told).digest('hex').slice(0, LENGTH)
}
