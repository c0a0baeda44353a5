// `repos.services.NAME.baremetal`: where octoctl's configs say that the program of a service comes from. It is read as `binary` and
// `source` of the service are, and held to the same: a digest or a commit, and a word of a local document that it may be built.
import { quote } from '../../schemas/quote.ts'
import { fieldOf } from '../document/field-of.ts'
import { invalid } from '../document/invalid.ts'
import type { MapNode, TreeNode } from '../document/node.ts'
import { isEmpty, textOf } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import type { TemplateVariables } from '../document/template.ts'
import { expandOwn } from '../document/template.ts'
import type { Command, ProgramSource } from './program-source.ts'
import type { Fields } from './read-program-source.ts'
import { readBinary, readGitSource, required } from './read-program-source.ts'

/** What a tree says of the program of a service; `root` is of local documents alone. */
export function offeredProgram(root: TreeNode | undefined, service: string): MapNode | undefined {
  const repos = fieldOf(root, 'config', 'repos')
  const offered = within(within(fieldOf(repos, 'octoctl repos', 'services'), service), 'baremetal')
  return offered?.kind === 'map' && offered.entries.size > 0 ? offered : undefined
}

function within(node: TreeNode | undefined, key: string): TreeNode | undefined {
  return node?.kind === 'map' ? node.entries.get(key) : undefined
}

/** Files that are ready come before what is built, as in octoctl. Throws CONFIG_INVALID. */
export function readOfferedProgram(offered: MapNode, variables: TemplateVariables): ProgramSource {
  const [binary, source] = [offered.entries.get('binary'), offered.entries.get('source')]
  if (!isEmpty(binary) && !(binary.kind === 'map' && binary.entries.size === 0)) return readBinary(binary, variables)
  if (!isEmpty(source))
    return readGitSource(source, variables, (fields) =>
      readBuildCommands(required(fields, 'buildCmds', source), variables, fields),
    )
  throw invalid(offered, '`baremetal` has neither `binary` nor `source`')
}

/** Texts that octoctl splits at blanks; what stands before the program as `NAME=value` are variables of the command. */
function readBuildCommands(node: TreeNode, variables: TemplateVariables, fields: Fields): readonly Command[] {
  const both = fields.get('build')
  if (both) throw invalid(both, '`build` and `buildCmds` stand side by side, expected one of them')
  if (node.kind !== 'list' || node.items.length === 0)
    throw invalid(node, '`buildCmds` is no list of commands, expected for example `["make web"]`')
  return node.items.map((item) => commandIn(item, variables))
}

function commandIn(node: TreeNode, variables: TemplateVariables): Command {
  requireOneReading(node)
  const text = node.kind === 'scalar' ? textOf(expandOwn(node, variables)) : ''
  const words = /^[\w ./:=@%+,-]+$/.test(text) ? text.split(/ +/).filter(Boolean) : []
  const program = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word))
  const [first = '', ...rest] = words
  if (program < 0)
    throw invalid(node, `${quote(text)} of \`buildCmds\` is no plain command, expected a program and its words`, {
      hint: 'write `source: {repo, ref, build: [[program, word]], binary}` below `octocompose` of the service; octo starts no shell',
    })
  return program === 0 ? [first, ...rest] : ['env', ...words]
}
