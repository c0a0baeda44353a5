// `configs` of a service: files that its container finds, made of the config's own values or taken from the files of repos.
import { extname, join } from 'node:path'
import type { Named, OperatorConfig } from './config.ts'
import { isNamed } from './config.ts'
import { OperatorProblem } from './problem.ts'
import { yamlText } from './yaml-text.ts'

export type MountedConfig = {
  readonly source: string
  readonly target: string
  /** What else the service says of it, such as its `mode`. */
  readonly rest: Named
}

/** The configs that a service mounts; throws OperatorProblem for one that is nowhere. */
export function mountedConfigs(name: string, configs: unknown): MountedConfig[] {
  if (configs === undefined || configs === null) return []
  if (!Array.isArray(configs)) throw new OperatorProblem(`\`configs\` of service \`${name}\` is no list`)
  return configs.map((item) => {
    const { source, target, ...rest } = isNamed(item) ? item : ({ source: item } as Named)
    if (typeof source !== 'string' || !/^[A-Za-z0-9][\w.-]*$/.test(source))
      throw new OperatorProblem(`\`configs\` of service \`${name}\` names no source`)
    return { source, target: typeof target === 'string' ? target : `/${source}`, rest }
  })
}

/** Where the file of a config lies, and its text where it is made of values. */
export function configFile(
  { source, target }: MountedConfig,
  { configs, repos }: OperatorConfig,
  folder: string,
): { readonly path: string; readonly text?: string } {
  const offered = repos.files[source]
  if (isNamed(offered) && typeof offered.path === 'string') return { path: offered.path }
  const values = configs[source]
  if (values === undefined)
    throw new OperatorProblem(`config \`${source}\` is neither below \`configs\` nor among the files of a repo`)
  const isYaml = ['.yaml', '.yml'].includes(extname(target))
  return {
    path: join(folder, 'configs', `${source}${isYaml ? '.yaml' : '.json'}`),
    text: typeof values === 'string' ? values : isYaml ? yamlText(values) : `${JSON.stringify(values, null, 2)}\n`,
  }
}
