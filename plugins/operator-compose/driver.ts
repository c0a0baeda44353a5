// The program that reads the Compose file: Docker, Podman or nerdctl, whichever the config names or the machine has.
import type { OperatorConfig } from '../../sdk/operator/index.ts'
import { askProgram, isNamed, OPERATOR_EXIT, OperatorProblem } from '../../sdk/operator/index.ts'
import type { Dialect } from './features.ts'

export type Driver = { readonly words: readonly string[]; readonly dialect: Dialect }

type Family = 'docker' | 'podman' | 'nerdctl'
type Ask = (words: readonly string[]) => string | undefined

const COMPOSE_2: Dialect = 'compose 2'

/** In the order in which they are looked for. */
const PROGRAMS: Readonly<
  Record<Family, readonly { readonly words: readonly string[]; readonly version: readonly string[] }[]>
> = {
  docker: [
    { words: ['docker', 'compose'], version: ['version', '--short'] },
    { words: ['docker-compose'], version: ['version', '--short'] },
  ],
  podman: [
    { words: ['podman-compose'], version: ['--version'] },
    { words: ['podman', 'compose'], version: ['version', '--short'] },
  ],
  nerdctl: [{ words: ['nerdctl', 'compose'], version: ['version', '--short'] }],
}
const FAMILIES = Object.keys(PROGRAMS) as Family[]

/** Throws OperatorProblem where the machine has none. */
export function findDriver(config: OperatorConfig, ask: Ask = askProgram): Driver {
  const families = wantedFamilies(config)
  for (const family of families)
    for (const { words, version } of PROGRAMS[family]) {
      const said = ask([...words, ...version])
      if (said !== undefined) return { words, dialect: dialectOf(words, said) }
    }
  const names = families.flatMap((family) => PROGRAMS[family].map(({ words }) => `\`${words.join(' ')}\``))
  throw new OperatorProblem(`none of ${names.join(', ')} works on this machine`, OPERATOR_EXIT.missing)
}

/** `octoctl.operator: podman`, or `configs: {operator-compose: {driver: podman}}`; all where nothing is said. */
function wantedFamilies({ octoctl, configs }: OperatorConfig): readonly Family[] {
  const own = configs['operator-compose']
  const driver = isNamed(own) ? own.driver : undefined
  if (driver !== undefined && !isFamily(driver))
    throw new OperatorProblem(
      `\`configs.operator-compose.driver\` is \`${String(driver)}\`, expected one of ${FAMILIES.join(', ')}`,
    )
  const wanted = driver ?? octoctl.operator
  return isFamily(wanted) ? [wanted] : FAMILIES
}

function isFamily(value: unknown): value is Family {
  return FAMILIES.some((family) => family === value)
}

function dialectOf([program = '']: readonly string[], version: string): Dialect {
  if (program === 'podman-compose' || program === 'nerdctl') return program
  return /^v?1\./.test(version.trim()) ? 'compose 1' : COMPOSE_2
}
