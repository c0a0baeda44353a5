// Reads a feed as a reader of feeds does, with a parser of XML that nobody here wrote, and asks of it what RFC 4287 demands.
import assert from 'node:assert/strict'
import type { Element } from '@xmldom/xmldom'
import { DOMParser, onErrorStopParsing } from '@xmldom/xmldom'

const ATOM = 'http://www.w3.org/2005/Atom'
/** RFC 3339, with the capital letters that RFC 4287 §3.3 asks for. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
/** What may stand in each, how often: `1` just once, `?` at most once, `*` as often as it likes. */
const FEED: Readonly<Record<string, string>> = {
  ...{ id: '1', title: '1', updated: '1', subtitle: '?', generator: '?', icon: '?', logo: '?', rights: '?' },
  ...{ author: '*', contributor: '*', category: '*', link: '*', entry: '*' },
}
const ENTRY: Readonly<Record<string, string>> = {
  ...{ id: '1', title: '1', updated: '1', published: '?', summary: '?', content: '?', rights: '?', source: '?' },
  ...{ author: '*', contributor: '*', category: '*', link: '*' },
}

type ReadEntry = {
  readonly id: string
  readonly title: string
  readonly published: string
  readonly updated: string
  readonly author: string
  readonly link: string
  readonly categories: readonly string[]
  readonly summary: string
}
type ReadFeed = {
  readonly id: string
  readonly title: string
  readonly updated: string
  readonly self: string
  readonly alternate: string
  /** Of the pages before and behind it. */
  readonly previous?: string
  readonly next?: string
  readonly subtitle: string
  readonly entries: readonly ReadEntry[]
}

export function expectAtom(text: string): ReadFeed {
  assert.doesNotMatch(text, /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u, 'characters that XML has not')
  const document = new DOMParser({ onError: onErrorStopParsing }).parseFromString(text, 'text/xml')
  const root = document.documentElement
  assert.ok(root && root.localName === 'feed' && root.namespaceURI === ATOM, 'the root is no feed')
  const feed = partsOf(root, FEED)
  const entries = (feed.entry ?? []).map(readEntry)
  const ids = entries.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length, 'an id stands twice')
  assert.ok((feed.author?.length ?? 0) > 0 || entries.every(({ author }) => author !== ''), 'nobody is named as author')
  requirePersons(feed.author)
  const links = (feed.link ?? []).map(linkOf)
  const self = links.filter(({ rel }) => rel === 'self')
  assert.equal(self.length, 1, 'a feed names its own address')
  requireDistinctAlternates(links)
  return {
    ...{ id: iriOf(feed.id), title: textOf(feed.title), updated: timeOf(feed.updated) },
    self: self[0]?.href ?? '',
    alternate: links.find(({ rel }) => rel === 'alternate')?.href ?? '',
    ...Object.fromEntries(links.flatMap(({ rel, href }) => (['previous', 'next'].includes(rel) ? [[rel, href]] : []))),
    subtitle: textOf(feed.subtitle),
    entries,
  }
}

function readEntry(element: Element): ReadEntry {
  const entry = partsOf(element, ENTRY)
  const links = (entry.link ?? []).map(linkOf)
  const alternates = links.filter(({ rel }) => rel === 'alternate')
  requireDistinctAlternates(links)
  assert.ok(entry.content || alternates.length > 0, 'an entry without content leads somewhere')
  for (const category of entry.category ?? []) assert.ok(category.getAttribute('term'), 'a category without a term')
  requirePersons(entry.author)
  const [published, updated] = [timeOf(entry.published), timeOf(entry.updated)]
  assert.ok(Date.parse(published) <= Date.parse(updated), 'an entry was changed before it was there')
  return {
    ...{ id: iriOf(entry.id), title: textOf(entry.title), published, updated },
    author: entry.author?.map((author) => textOf(partsOf(author, PERSON).name)).join(', ') ?? '',
    link: alternates[0]?.href ?? '',
    categories: (entry.category ?? []).map((category) => category.getAttribute('term') ?? ''),
    summary: textOf(entry.summary),
  }
}

type Parts = Readonly<Record<string, readonly Element[]>>

/** Child elements by name, each known and as often as it may be; between them nothing but white space. */
function partsOf(element: Element, allowed: Readonly<Record<string, string>>): Parts {
  const parts: Record<string, Element[]> = {}
  for (const child of Array.from(element.childNodes)) {
    if (child.nodeType === 3) assert.equal(child.nodeValue?.trim(), '', `text in ${element.localName}`)
    if (child.nodeType !== 1) continue
    const part = child as Element
    assert.equal(part.namespaceURI, ATOM)
    assert.ok(part.localName && part.localName in allowed, `${part.localName} in ${element.localName}`)
    parts[part.localName] = [...(parts[part.localName] ?? []), part]
  }
  for (const [name, times] of Object.entries(allowed)) {
    const count = parts[name]?.length ?? 0
    assert.ok(
      times === '*' || count === 1 || (times === '?' && count === 0),
      `${count} of ${name} in ${element.localName}`,
    )
  }
  return parts
}

const PERSON = { name: '1', uri: '?', email: '?' }

function requirePersons(persons: readonly Element[] = []): void {
  for (const person of persons) {
    const { name, uri } = partsOf(person, PERSON)
    assert.notEqual(textOf(name), '')
    if (uri) iriOf(uri)
  }
}

function textOf([element]: readonly Element[] = []): string {
  const type = element?.getAttribute('type') ?? 'text'
  assert.equal(type, 'text', 'what publishers write is text')
  assert.equal(Array.from(element?.childNodes ?? []).filter(({ nodeType }) => nodeType === 1).length, 0)
  return element?.textContent ?? ''
}

function timeOf(elements: readonly Element[] | undefined): string {
  const time = textOf(elements)
  assert.match(time, TIME)
  assert.ok(!Number.isNaN(Date.parse(time)))
  return time
}

/** Absolute, as it is compared letter by letter. */
function iriOf(elements: readonly Element[] | undefined): string {
  const iri = textOf(elements)
  assert.ok(URL.canParse(iri) && /^[a-z][a-z0-9+.-]*:\S+$/.test(iri), `${iri} is no absolute IRI`)
  return iri
}

function linkOf(link: Element) {
  const href = link.getAttribute('href') ?? ''
  assert.ok(URL.canParse(href), `${href} is no address`)
  return { href, rel: link.getAttribute('rel') ?? 'alternate', type: link.getAttribute('type') ?? '' }
}

function requireDistinctAlternates(links: readonly ReturnType<typeof linkOf>[]): void {
  const kinds = links.filter(({ rel }) => rel === 'alternate').map(({ type }) => type)
  assert.equal(new Set(kinds).size, kinds.length, 'two alternates of one type')
}
