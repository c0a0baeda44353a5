// What may stand in a page of the registry, asked of a parser that reads HTML as browsers do.
import assert from 'node:assert/strict'
import type { DefaultTreeAdapterTypes } from 'parse5'
import { parse, serialize } from 'parse5'

type Node = DefaultTreeAdapterTypes.ChildNode
type Element = DefaultTreeAdapterTypes.Element

const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  html: ['lang'],
  ...{ head: [], title: [], meta: ['charset', 'name', 'content'], link: ['rel', 'href', 'type', 'title'], body: [] },
  ...{ header: [], main: ['tabindex'], footer: [], nav: ['aria-label'], section: [] },
  ...{
    form: ['role', 'action', 'method'],
    label: ['for'],
    button: [],
    select: ['name'],
    option: ['value', 'selected'],
  },
  input: ['name', 'type', 'value', 'maxlength', 'placeholder', 'autocomplete'],
  ...{ h1: [], h2: [], h3: [], h4: [], h5: [], h6: [], p: ['role'], br: [], hr: [], blockquote: [] },
  ...{
    ul: ['aria-label', 'aria-labelledby'],
    ol: ['start'],
    li: [],
    dl: [],
    dt: [],
    dd: [],
    div: ['role', 'aria-label', 'tabindex'],
    span: ['aria-hidden'],
  },
  ...{ details: [], summary: [] },
  ...{ strong: [], em: [], s: [], code: ['title'], pre: ['tabindex'], time: ['datetime', 'title'] },
  ...{ table: [], caption: [], thead: [], tbody: [], tr: [], th: ['scope'], td: ['data-title'] },
  a: ['href', 'rel', 'title', 'type', 'aria-label'],
}
const EVERYWHERE = ['id', 'class', 'dir']
const CLASSES =
  /^(?:skip|brand|hidden|tags|tag|dim|copy|readme|markdown|table|digest|note|active|yanked|quarantined|deprecated|version|when|listed|chips|chip|chosen|count|filters|pages|facts|folds)$/
/** Ids of the page itself; those of a publisher's text begin with its name. */
const OWN_IDS =
  /^(?:main|q|by-(?:repo|kind|category|platform|contract|signer)|use|arguments|run|platforms|origin|versions|readme|changes|changelog|plugins|add|keys)$/
const PUBLISHED_IDS = /^(?:readme|changelog)-[\p{L}\p{N}_-]+$/u
const REL = 'nofollow noopener noreferrer ugc'

/** Throws for markup that no page has, for links that may do more than lead somewhere, and where readers could disagree. */
export function requirePlainPage(page: string, ids: readonly string[] = []): void {
  const problems: string[] = []
  const tree = parse(page, { onParseError: ({ code, startLine }) => problems.push(`${code} in line ${startLine}`) })
  assert.deepEqual(problems, [])
  // What is written anew from its tree is read as the same tree: nothing changes its meaning by being read twice.
  const written = serialize(tree)
  assert.equal(serialize(parse(written)), written)
  const seen = new Set<string>()
  for (const node of tree.childNodes) requirePlain(node, { seen, own: ids })
}

type Ids = { readonly seen: Set<string>; readonly own: readonly string[] }

function requirePlain(node: Node, ids: Ids): void {
  if (!('tagName' in node)) {
    assert.ok(['#text', '#documentType'].includes(node.nodeName), `the page holds ${node.nodeName}`)
    return
  }
  assert.equal(node.namespaceURI, 'http://www.w3.org/1999/xhtml', node.tagName)
  const allowed = Object.hasOwn(ATTRIBUTES, node.tagName) ? ATTRIBUTES[node.tagName] : undefined
  assert.ok(allowed, `the page holds <${node.tagName}>`)
  for (const { name, value } of node.attrs) {
    assert.ok([...allowed, ...EVERYWHERE].includes(name), `<${node.tagName}> has ${name}="${value}"`)
    if (name === 'class') for (const word of value.split(' ')) assert.match(word, CLASSES)
    if (name === 'id') requireOwnId(value, ids)
    if (name === 'href' || name === 'action') requireHarmless(value, node)
  }
  for (const child of node.childNodes) requirePlain(child, ids)
}

function requireOwnId(id: string, { seen, own }: Ids): void {
  assert.ok(OWN_IDS.test(id) || PUBLISHED_IDS.test(id) || own.includes(id), `id="${id}"`)
  assert.ok(!seen.has(id), `id="${id}" stands twice`)
  seen.add(id)
}

function requireHarmless(address: string, { tagName, attrs }: Element): void {
  if (address.startsWith('#') || /^\/(?!\/)/.test(address)) return
  const url = new URL(address)
  assert.ok(['https:', 'http:', 'mailto:'].includes(url.protocol), address)
  assert.equal(`${url.username}${url.password}`, '', address)
  assert.equal(tagName, 'a', address)
  assert.equal(attrs.find(({ name }) => name === 'rel')?.value, REL, address)
}
