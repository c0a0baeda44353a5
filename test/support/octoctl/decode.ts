// Decodes a repo file as octoctl's Go types do: keys match in any case, unknown ones vanish, wrong types end the run.
import { parseDocument, visit } from 'yaml'

type Kind = 'string' | 'url' | 'bool' | 'strings' | { readonly map: Kind } | { readonly list: Kind } | Struct
type Struct = { readonly fields: Readonly<Record<string, Kind>> }

const DISTRIBUTION: Struct = { fields: { url: 'url', sha256Url: 'url', binary: 'string', path: 'url' } }
const SOURCE: Struct = {
  fields: { path: 'url', repo: 'url', ref: 'string', buildCmds: 'strings', binary: 'string' },
}
const BUILD: Struct = { fields: { repo: 'url', ref: 'string', dockerfile: 'string', context: 'string' } }
const BAREMETAL: Struct = { fields: { binary: { map: DISTRIBUTION }, source: SOURCE } }
const DOCKER: Struct = {
  fields: {
    registry: 'string',
    image: 'string',
    tag: 'string',
    entrypoint: 'string',
    command: 'strings',
    build: BUILD,
  },
}
const RUNNABLE: Struct = { fields: { baremetal: BAREMETAL, docker: DOCKER } }
const REPO: Struct = {
  fields: {
    include: { list: { fields: { url: 'url', gpg: 'url' } } },
    files: { map: { fields: { url: 'url', template: 'bool', path: 'string' } } },
    operators: { map: BAREMETAL },
    tools: { map: RUNNABLE },
    services: { map: RUNNABLE },
  },
}

export type OctoctlDistribution = { url?: string; sha256Url?: string; binary?: string }
type OctoctlSource = { path?: string; repo?: string; ref?: string; buildCmds?: string[]; binary?: string }
type OctoctlBaremetal = { binary?: Record<string, OctoctlDistribution>; source?: OctoctlSource }
export type OctoctlRepo = {
  include?: { url?: string; gpg?: string }[]
  files?: Record<string, { url?: string; template?: boolean }>
  operators?: Record<string, OctoctlBaremetal>
  tools?: Record<string, { baremetal?: OctoctlBaremetal }>
  services?: Record<string, { baremetal?: OctoctlBaremetal }>
}

/** The decoder is chosen by the path's extension, whatever the answer's type says. */
export function decodeRepo(text: string, url: URL): OctoctlRepo {
  if (!/\.(ya?ml|json)$/.test(url.pathname)) throw new Error('marshaler for codec not found')
  return decode(parseYamlAsGo(text), REPO, '') as OctoctlRepo
}

/** Only the first document counts; keys must be text, and unique. */
function parseYamlAsGo(text: string): unknown {
  const document = parseDocument(text.split(/^---$/m, 1)[0] ?? '', { uniqueKeys: true, version: '1.2' })
  if (document.errors[0]) throw document.errors[0]
  visit(document, {
    Pair(_at, { key }) {
      const value = (key as { value?: unknown }).value
      if (typeof value !== 'string') throw new Error(`json: unsupported type: map key ${String(value)}`)
    },
  })
  return document.toJS()
}

function decode(value: unknown, kind: Kind, path: string): unknown {
  if (value === null || value === undefined) return undefined
  if (kind === 'string' || kind === 'url') return kind === 'url' ? garbled(text(value, path)) : text(value, path)
  if (kind === 'bool') return typeof value === 'boolean' ? value : mismatch(value, 'bool', path)
  if (kind === 'strings') return decode(value, { list: 'string' }, path)
  if ('list' in kind) {
    if (!Array.isArray(value)) return mismatch(value, 'slice', path)
    return value.map((item, index) => decode(item, kind.list, `${path}[${index}]`))
  }
  if (typeof value !== 'object' || Array.isArray(value)) return mismatch(value, 'map', path)
  const entries = Object.entries(value)
  if ('map' in kind)
    return Object.fromEntries(entries.map(([key, item]) => [key, decode(item, kind.map, `${path}.${key}`)]))
  return decodeStruct(entries, kind, path)
}

function decodeStruct(entries: [string, unknown][], { fields }: Struct, path: string): unknown {
  const known = new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name]))
  const found: Record<string, unknown> = {}
  for (const [key, value] of entries) {
    const name = known.get(key.toLowerCase())
    if (name) found[name] = decode(value, fields[name] as Kind, `${path}.${name}`)
  }
  return found
}

/** octoctl takes a URL from JSON bytes that it does not unescape. */
function garbled(url: string): string {
  return url.replace(/[&<>]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)
}

function text(value: unknown, path: string): string {
  return typeof value === 'string' ? value : mismatch(value, 'string', path)
}

function mismatch(value: unknown, type: string, path: string): never {
  throw new Error(`json: cannot unmarshal ${typeof value} into Go struct field ${path} of type ${type}`)
}
