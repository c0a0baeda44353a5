// `octo config show`: the config as it counts, of all its documents, with the place of every value where that is asked for.
import { standIn } from '../../../config/ask-prompts.ts'
import type { TreeNode } from '../../../config/document/node.ts'
import { dataOf } from '../../../config/document/node.ts'
import { loadWholeConfig } from '../../../config/load-config.ts'
import type { EffectiveTree } from '../../../config/model/effective-tree.ts'
import type { Origins } from '../../../config/render/origins.ts'
import { dataWithOrigins, originRemark } from '../../../config/render/origins.ts'
import { partOf } from '../../../config/render/part-of.ts'
import { renderToml } from '../../../config/render/toml.ts'
import { hideSecrets } from '../../../config/render/without-secrets.ts'
import { renderYaml } from '../../../config/render/yaml.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { askOn } from '../../../terminal/ask-question.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { waitingLine } from '../../../terminal/index.ts'
import type { Run } from '../../../terminal/program.ts'
import { configCopiesIn, warnOfConfig } from '../../workspace.ts'

export type ConfigFlags = { readonly config?: readonly string[]; readonly offline?: boolean; readonly json?: boolean }

export type ShowOptions = ConfigFlags & {
  readonly format?: string
  readonly origin?: boolean
  readonly reveal?: boolean
  readonly acceptOlder?: boolean
}

const FORMATS = ['yaml', 'json', 'toml'] as const
type Format = (typeof FORMATS)[number]

export async function showCommand({ args: [path], options, terminal }: Run<ShowOptions>): Promise<number> {
  const format = formatOf(options)
  if (options.reveal === true) requireTerminal(terminal)
  const { root, templates } = visible(await effectiveConfig(options, terminal), options)
  const shown = path === undefined ? root : partOf(root, path)
  const origins = { cwd: process.cwd(), templates }
  terminal.print(rendered(shown, format, options.origin ? origins : undefined))
  return 0
}

/** A tree in the format that was asked for, with the places of its values where `origins` are given. */
function rendered(shown: TreeNode, format: Format, origins: Origins | undefined): string {
  if (format === 'json') return JSON.stringify(origins ? dataWithOrigins(shown, origins) : dataOf(shown), null, 2)
  const render = format === 'toml' ? renderToml : renderYaml
  return render(shown, origins && ((node) => originRemark(node, origins))).trimEnd()
}

async function effectiveConfig(
  options: ConfigFlags & Pick<ShowOptions, 'reveal' | 'acceptOlder'>,
  terminal: Terminal,
): Promise<EffectiveTree> {
  const { config: paths = [], offline = false, acceptOlder } = options
  // Shown as they are, the values are needed; else they would only be hidden.
  const asking = options.reveal ? { ask: askOn(terminal) } : {}
  const { config, effective } = await loadWholeConfig({
    paths,
    offline,
    acceptsOlder: acceptOlder,
    ...configPlace(terminal),
    ...asking,
  })
  warnOfConfig(config.warnings, (line) => terminal.warn(line))
  return effective()
}

export function configPlace(terminal: Terminal) {
  const { env } = process
  const onWait = waitingLine(terminal)
  return { cwd: process.cwd(), env, onWait, copiesFolder: () => configCopiesIn(env), ask: standIn }
}

function visible(
  effective: EffectiveTree,
  { reveal }: ShowOptions,
): { root: TreeNode } & Pick<EffectiveTree, 'templates'> {
  const { root, templates } = effective
  if (!root)
    throw coded('NOT_FOUND', {
      message: 'the config says nothing',
      hint: '`octo config schema` prints what it may hold, `octo add --help` says how a repo and a plugin come into it',
    })
  return reveal === true ? { root, templates } : hideSecrets(root, effective)
}

function formatOf({ format, json }: ShowOptions): Format {
  const named = format ?? (json ? 'json' : 'yaml')
  const found = FORMATS.find((known) => known === named)
  if (found === undefined) throw usage(`${quote(named)} is no format, expected \`yaml\`, \`json\` or \`toml\``)
  if (json && found !== 'json') throw usage(`\`--json\` and \`--format ${found}\` contradict each other`)
  return found
}

/** In a pipe, a file or the log of a CI job, secrets would stay. */
function requireTerminal(terminal: Terminal): void {
  if (terminal.watched) return
  throw usage('`--reveal` shows secrets on a terminal only, and the output goes somewhere else')
}

function usage(message: string): Error {
  return coded('USAGE', { message, hint: 'run `octo config show --help`' })
}
