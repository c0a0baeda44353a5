// What service plugins are configured with: `configurations` of a pin and of a folder, which are for those plugins alone, and the
// documents of OCM that `ocmConfig` names, which are for all. Answers THREATS.md: only local documents say any of it.
import type { Typed } from '../../schemas/contract/ocm/type-name.ts'
import { typedShape } from '../../schemas/contract/ocm/type-name.ts'
import { quote } from '../../schemas/quote.ts'
import { fieldOf } from '../document/field-of.ts'
import { invalid } from '../document/invalid.ts'
import type { TreeNode } from '../document/node.ts'
import { dataOf, holdsTemplate, isEmpty, isRemote, textOf } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import { refused } from '../document/refused.ts'

const MAX_CONFIGURATIONS = 100
/** Each may want to be asked for what another one is asked with. */
const MAX_REPOSITORIES = 8
const MAX_DOCUMENTS = 16
const OF_THE_ENVIRONMENT = '$OCM_CONFIG'

/** In their order; undefined where nothing is written. Throws CONFIG_INVALID. */
export function readConfigurationList(node: TreeNode | undefined): readonly Typed[] | undefined {
  if (isEmpty(node)) return undefined
  if (node.kind !== 'list')
    throw invalid(node, '`configurations` is a list of maps with a `type`', {
      hint: 'write `configurations: [{type: my.config/v1, endpoint: https://example.com}]`',
    })
  if (node.items.length > MAX_CONFIGURATIONS) throw invalid(node, `more than ${MAX_CONFIGURATIONS} configurations`)
  return node.items.map(readConfiguration)
}

/** What credential repositories are asked about, in their order; throws CONFIG_INVALID. */
export function readCredentialRepositories(root: TreeNode | undefined): readonly Typed[] {
  const found = [
    fieldOf(fieldOf(root, 'config', 'octoctl'), 'octoctl', 'credentialRepositories'),
    fieldOf(fieldOf(root, 'config', 'operator'), 'operator', 'credentialRepositories'),
  ].flatMap((node) => {
    if (isEmpty(node)) return []
    if (node.kind === 'list' && node.items.length <= MAX_REPOSITORIES) return node.items.map(readConfiguration)
    throw invalid(
      node,
      `\`credentialRepositories\` is a list of at most ${MAX_REPOSITORIES} maps with the \`type\` of a credential repository`,
      { hint: 'write `credentialRepositories: [{type: OctoLogins/v1}]`' },
    )
  })
  return found
}

function readConfiguration(node: TreeNode): Typed {
  if (isRemote(node)) throw refused(node, 'configure plugins')
  refuseTemplates(node)
  const { data } = typedShape.safeParse(dataOf(node))
  if (data) return data
  throw invalid(node, 'a configuration is a map with a `type` such as `my.config/v1`')
}

/** What is filled in from the environment is a secret more often than not, and everybody can read what plugins are started with. */
function refuseTemplates(node: TreeNode): void {
  if (node.kind === 'list') for (const item of node.items) refuseTemplates(item)
  else if (node.kind === 'map') for (const value of node.entries.values()) refuseTemplates(value)
  else if (holdsTemplate(node))
    throw invalid(node, 'templates are not filled in where plugins are configured', {
      hint: 'write the value; what is secret goes with the call: `octo plugin call ENDPOINT REQUEST --credentials FILE`',
    })
}

type Reading = {
  /** Makes an address absolute that is written relative to a local document; gives a URL. */
  readonly resolveFile: (address: string, document: string) => string
}

/** Absolute paths, those that begin with `~/`, and `$OCM_CONFIG`, in their order; throws CONFIG_INVALID. */
export function readOcmConfigs(root: TreeNode | undefined, { resolveFile }: Reading): readonly string[] {
  const written = [
    fieldOf(fieldOf(root, 'config', 'octoctl'), 'octoctl', 'ocmConfig'),
    fieldOf(fieldOf(root, 'config', 'operator'), 'operator', 'ocmConfig'),
  ].flatMap((node) => (isEmpty(node) ? [] : node.kind === 'list' ? node.items : [node]))
  const [extra] = written.slice(MAX_DOCUMENTS)
  if (extra) throw invalid(extra, `more than ${MAX_DOCUMENTS} documents in \`ocmConfig\``)
  return written.map((node) => {
    if (isRemote(node)) throw refused(node, 'configure plugins')
    requireOneReading(node)
    const text = node.kind === 'scalar' && !isEmpty(node) ? textOf(node) : ''
    if (text === OF_THE_ENVIRONMENT || text.startsWith('~/')) return text
    if (text === '' || text.startsWith('$') || /^[a-z+]+:\/\//i.test(text))
      throw invalid(node, `\`ocmConfig\` names ${quote(text)}, expected a file, or \`${OF_THE_ENVIRONMENT}\``)
    return decodeURIComponent(new URL(resolveFile(text, node.origin.source.name)).pathname)
  })
}
