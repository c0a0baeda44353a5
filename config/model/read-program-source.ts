// Reads where the program of a service comes from: `binary`, `image` or `source`. Only local documents say it, and no part from
// elsewhere goes into it, nor a variable into an address. Without a digest, what an address serves is proven by nothing.
import { hintOfLogin, holdsLogin, looksLikePassword } from '../../schemas/address-login.ts'
import type { Digest } from '../../schemas/digest.ts'
import { isDigest } from '../../schemas/digest.ts'
import { HOUR_MS } from '../../schemas/duration.ts'
import { throwDefect } from '../../schemas/errors.ts'
import type { ImageName } from '../../schemas/image-name.ts'
import { parseImageName } from '../../schemas/image-name.ts'
import { nearestWord } from '../../schemas/nearest-word.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { isPlatform } from '../../schemas/platform.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { invalid } from '../document/invalid.ts'
import type { MapNode, ScalarNode, TreeNode } from '../document/node.ts'
import { isEmpty, textOf } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import { readBoolean, readDuration } from '../document/scalars.ts'
import type { TemplateVariables } from '../document/template.ts'
import { expandAddress, expandOwn } from '../document/template.ts'
import type { AddressedFile, AddressSource, Command, GitSource, ImageSource, ProgramSource } from './program-source.ts'
import { readWords } from './read-words.ts'
import type { ServicePlaces } from './said.ts'
import { saidOf } from './said.ts'

export const SOURCE_KEYS = ['binary', 'image', 'source'] as const

type SourceKey = (typeof SOURCE_KEYS)[number]

/** The node that says it under this key; `image` of Compose itself is for containers. */
export function sourceNode(places: ServicePlaces, key: SourceKey): TreeNode | undefined {
  const { nodes, compose } = places
  return saidOf(key === 'image' ? { compose, nodes: nodes.filter((node) => node !== compose) } : places, [key])
}

/** The source that is said; throws CONFIG_INVALID for several, and for one that cannot be followed. */
export function readProgramSource(places: ServicePlaces, variables: TemplateVariables): ProgramSource | undefined {
  const said = SOURCE_KEYS.flatMap((key) => {
    const node = sourceNode(places, key)
    return node ? [{ key, node }] : []
  })
  const [first, second] = said
  if (first && second)
    throw invalid(second.node, `a service has both ${quote(first.key)} and ${quote(second.key)}, expected one of them`)
  return first && READERS[first.key](first.node, variables)
}

type Read<Source> = (node: TreeNode, variables: TemplateVariables) => Source

const READERS: Readonly<Record<SourceKey, Read<ProgramSource>>> = {
  binary: readBinary,
  image: readImage,
  source: readSource,
}

export function readBinary(node: TreeNode, variables: TemplateVariables): AddressSource {
  const map = mapIn(node, 'binary', 'a map of platforms: `{linux_amd64: {url: …, sha256: …}}`')
  const files = [...map.entries].map(([platform, entry]): AddressedFile => {
    if (!isPlatform(platform) || platform === 'any')
      throw invalid(entry, `${quote(platform)} is no platform, expected for example \`linux_amd64\``)
    const fields = fieldsOf(entry, platform, ['url', 'sha256', 'sha256Url', 'binary', 'path'])
    refusePath(fields)
    const url = readAddress(required(fields, 'url', entry), variables, ['https:', 'http:'])
    const digest = readDigest(fields.get('sha256'), url, entry)
    const binary = readPath(fields.get('binary'), variables)
    return { platform, url, digest, ...omitUndefined({ binary }) }
  })
  if (files.length === 0) throw invalid(node, '`binary` names no platform')
  return { kind: 'binary', files }
}

function readDigest(node: TreeNode | undefined, url: string, entry: TreeNode): Digest {
  const hint = `\`curl -fsSL ${shellWord(url)} | sha256sum\` says what is there now`
  if (isEmpty(node))
    throw invalid(entry, `${quote(url)} has no \`sha256\`, so that nothing proves what is served there`, { hint })
  const text = node.kind === 'scalar' ? textOf(node) : ''
  const digest = `sha256:${text.replace(/^sha256:/, '').toLowerCase()}`
  if (isDigest(digest)) return digest
  throw invalid(node, `\`sha256\` is no digest, expected 64 hex digits, found ${quote(text)}`, { hint })
}

function readImage(node: TreeNode, variables: TemplateVariables): ImageSource {
  if (node.kind === 'scalar') return { kind: 'image', image: readImageName(node, variables) }
  const fields = fieldsOf(node, 'image', ['name', 'binary'])
  const image = readImageName(required(fields, 'name', node), variables)
  const binary = readPath(fields.get('binary'), variables, 'absolute too')
  return { kind: 'image', image, ...omitUndefined({ binary }) }
}

function readImageName(node: TreeNode, variables: TemplateVariables): ImageName {
  const text = textOf(expandAddress(plain(node, 'image'), variables))
  try {
    return parseImageName(text)
  } catch (error) {
    throwDefect(error)
    throw invalid(node, error.message, { cause: error })
  }
}

const DEFAULT_BUILD_MS = 900_000
const LONGEST_BUILD_MS = 4 * HOUR_MS
const SHORTEST_BUILD_MS = 1000
const MAX_COMMANDS = 50

/** octoctl declares it and does not use it; it would be a place of another machine. */
function refusePath(fields: Fields): void {
  const path = fields.get('path')
  if (!isEmpty(path)) throw invalid(path, '`path` names a folder of another machine, expected `url` or `repo`')
}

function readSource(node: TreeNode, variables: TemplateVariables): GitSource {
  return readGitSource(node, variables, (fields) => {
    const others = fields.get('buildCmds')
    if (others) throw invalid(others, '`buildCmds` is for `repos.services.NAME.baremetal.source`, expected `build`')
    return readCommands(required(fields, 'build', node), variables)
  })
}

/** `readBuild` reads its commands, which octoctl writes otherwise. */
export function readGitSource(
  node: TreeNode,
  variables: TemplateVariables,
  readBuild: (fields: Fields) => readonly Command[],
): GitSource {
  const fields = fieldsOf(node, 'source', [
    'repo',
    'ref',
    'build',
    'buildCmds',
    'binary',
    'allowBuild',
    'timeout',
    'path',
  ])
  refusePath(fields)
  const ref = textOf(expandOwn(plain(required(fields, 'ref', node), 'ref'), variables))
  if (!/^[A-Za-z0-9][A-Za-z0-9._/+@-]{0,250}$/.test(ref) || ref.includes('..'))
    throw invalid(fields.get('ref') ?? node, `\`ref\` is no commit, found ${quote(ref)}`)
  const binary = readPath(required(fields, 'binary', node), variables)
  const bounds = { min: SHORTEST_BUILD_MS, max: LONGEST_BUILD_MS }
  return {
    kind: 'source',
    repo: readAddress(required(fields, 'repo', node), variables, ['https:', 'http:', 'ssh:', 'file:']),
    ref: ref.toLowerCase().length === 40 && /^[0-9a-fA-F]+$/.test(ref) ? ref.toLowerCase() : ref,
    build: readBuild(fields),
    binary: binary ?? '',
    isAllowed: readBoolean(fields.get('allowBuild'), 'allowBuild', false),
    timeoutMs: readDuration(fields.get('timeout'), 'timeout', bounds) ?? DEFAULT_BUILD_MS,
  }
}

/** One command as a list of words, or several. A list of texts with blanks may be meant as several, and is neither. */
function readCommands(node: TreeNode, variables: TemplateVariables): readonly Command[] {
  const isSeveral = node.kind === 'list' && node.items[0]?.kind === 'list'
  const [first] = node.kind === 'list' ? node.items : []
  if (first?.kind === 'scalar' && /\s/.test(textOf(first)))
    throw invalid(first, `\`build\` begins with ${quote(textOf(first))}, which is no name of a program`, {
      hint: 'write each command as a list of its words: `build: [[make, web], [make, check]]`; octo starts no shell',
    })
  const commands = isSeveral ? node.items : [node]
  if (commands.length > MAX_COMMANDS) throw invalid(node, `\`build\` has more than ${MAX_COMMANDS} commands`)
  return commands.map((command) => readWords(command, 'build', variables))
}

/** Without user and password: an address is shown to people. */
function readAddress(node: TreeNode, variables: TemplateVariables, schemes: readonly string[]): string {
  const text = textOf(expandAddress(plain(node, 'url'), variables))
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !schemes.includes(url.protocol))
    throw invalid(node, `${quote(text)} is no address of ${schemes.map((one) => `\`${one}\``).join(', ')}`)
  const isUserOnly = url.protocol === 'ssh:' && url.password === '' && !looksLikePassword(text)
  if (holdsLogin(text) && !isUserOnly)
    throw invalid(node, 'an address holds a user or password, which would be shown', {
      hint: hintOfLogin('put them into ~/.netrc (mode 0600): machine HOST login USER password PASSWORD', text),
    })
  return url.href
}

function readPath(node: TreeNode | undefined, variables: TemplateVariables, form?: 'absolute too'): string | undefined {
  if (isEmpty(node)) return undefined
  const text = textOf(expandOwn(plain(node, 'binary'), variables))
  const path = form === undefined ? text : text.replace(/^\/+/, '')
  const isInside = path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  if (isInside && path.length <= 512 && !/[\\\p{Cc}\p{Cf}]/u.test(path)) return path
  throw invalid(node, `\`binary\` is no path inside, found ${quote(text)}`)
}

function plain(node: TreeNode, key: string): ScalarNode {
  requireOneReading(node)
  if (node.kind === 'scalar' && !isEmpty(node)) return node
  throw invalid(node, `${quote(key)} is no plain value`)
}

function mapIn(node: TreeNode, key: string, expected: string): MapNode {
  if (node.kind === 'map') return node
  throw invalid(node, `${quote(key)} is not what is expected, ${expected}`)
}

export type Fields = ReadonlyMap<string, TreeNode>

/** Nothing else may stand there: a slip of `sha256` would be no proof. */
function fieldsOf(node: TreeNode, key: string, known: readonly string[]): Fields {
  const { entries } = mapIn(node, key, `a map with ${known.map(quote).join(', ')}`)
  for (const [name, value] of entries) {
    const nearest = nearestWord(name, known)
    if (known.includes(name) || name.startsWith('x-')) continue
    const meant = nearest === undefined ? '' : `, did you mean ${quote(nearest)}?`
    throw invalid(value, `${quote(name)} stands in ${quote(key)}, expected ${known.map(quote).join(', ')}${meant}`)
  }
  return entries
}

export function required(fields: Fields, key: string, node: TreeNode): TreeNode {
  const found = fields.get(key)
  if (!isEmpty(found)) return found
  throw invalid(node, `\`${key}\` is missing`)
}
