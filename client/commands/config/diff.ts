// `octo config diff`: what differs between the config and another one or between two others, between what its fetched documents said when octo last
// read them and what they say now, or between the config without one of its documents and with it.
import { loadWholeConfig } from '../../../config/load-config.ts'
import { differencesOf } from '../../../config/render/compare.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import type { Terminal } from '../../../terminal/index.ts'
import type { Run } from '../../../terminal/program.ts'
import { warnOfConfig } from '../../workspace.ts'
import type { ConfigFlags } from './show.ts'
import { configPlace } from './show.ts'
import type { Sides } from './shown-differences.ts'
import { asDocument, asLines } from './shown-differences.ts'

export type DiffOptions = ConfigFlags & {
  readonly format?: string
  readonly origin?: boolean
  readonly without?: string
}

const FORMATS = ['text', 'yaml', 'json', 'toml'] as const
type Format = (typeof FORMATS)[number]

/** Exit codes are those of diff: 0 for the same, 1 for differences. */
export async function diffCommand({ args, options, terminal }: Run<DiffOptions>): Promise<number> {
  const format = formatOf(options)
  const sides = await readSides(args, options, terminal)
  const found = differencesOf(sides.from.root, sides.to.root)
  if (format !== 'text') terminal.print(asDocument(found, { sides, format, origin: options.origin === true }))
  else if (found.length > 0) terminal.print(asLines(found, { sides, terminal, origin: options.origin === true }))
  if (found.length === 0 && !terminal.json) terminal.info(sides.whenSame)
  return found.length === 0 ? 0 : 1
}

async function readSides(
  named: readonly string[],
  options: DiffOptions,
  terminal: Terminal,
): Promise<Sides & { readonly whenSame: string }> {
  const { config: paths = [], offline = false, without } = options
  const other = named.at(-1)
  const isPair = named.length > 1
  if (other !== undefined && without !== undefined)
    throw usage('another config and `--without` are two questions, expected one of them')
  if (isPair && paths.length > 0)
    throw usage('two configs to compare with each other and `--config` contradict each other')
  const place = { ...configPlace(terminal), offline }
  const read = async (more: Partial<Parameters<typeof loadWholeConfig>[0]>) => {
    const { config, effective } = await loadWholeConfig({ paths, ...place, ...more })
    return { config, tree: effective() }
  }
  const warn = ({ config }: Awaited<ReturnType<typeof read>>) =>
    warnOfConfig(config.warnings, (line) => terminal.warn(line))
  if (other !== undefined) {
    const [from, to] = [await read(isPair ? { paths: named.slice(0, 1) } : {}), await read({ paths: [other] })]
    warn(from)
    warn(to)
    return { from: from.tree, to: to.tree, whenSame: 'both configs say the same' }
  }
  if (without !== undefined) {
    const [from, to] = [await read({ without }), await read({})]
    warn(to)
    return { from: from.tree, to: to.tree, whenSame: `the config says the same without ${quote(without)}` }
  }
  if (offline)
    throw usage('with `--offline` there is only what fetched documents last said, and nothing to compare it with')
  const [from, to] = [await read({ side: 'last' }), await read({ side: 'now' })]
  warn(to)
  const isFetched = to.config.files.some((name) => /^https?:/.test(name))
  return {
    from: from.tree,
    to: to.tree,
    whenSame: isFetched
      ? 'the fetched documents say what they said when octo last read them'
      : 'the config has no fetched documents; name another config to compare it with',
  }
}

function formatOf({ format, json }: DiffOptions): Format {
  const named = format ?? (json ? 'json' : 'text')
  const found = FORMATS.find((known) => known === named)
  if (found === undefined)
    throw usage(`${quote(named)} is no format, expected \`text\`, \`yaml\`, \`json\` or \`toml\``)
  if (json && found !== 'json') throw usage(`\`--json\` and \`--format ${found}\` contradict each other`)
  return found
}

function usage(message: string): Error {
  return coded('USAGE', { message, hint: 'run `octo config diff --help`' })
}
