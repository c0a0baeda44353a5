// Markdown of a publisher as HTML, made from its tokens and never from its text: each element and attribute that can come out is written
// below, all else is escaped. THREATS.md: markup of a publisher.
import type { Token } from 'markdown-it'
import { escapeMarkup } from '../../../../schemas/escape-markup.ts'
import { shownText } from '../shown-text.ts'
import type { Destination } from './destination.ts'
import { destinationOf } from './destination.ts'
import type { HeadingIds } from './headings.ts'
import { headingIds } from './headings.ts'
import { isLineBreak, textOfHtml } from './html-text.ts'
import { linkedText } from './linked-text.ts'
import { plainText } from './plain-text.ts'

/** What could not be shown as it was meant. */
export type LeftOut = { images: number; html: number; files: number; links: number }

export type Rendered = { readonly html: string; readonly leftOut: Readonly<LeftOut> }

type State = {
  readonly ids: HeadingIds
  readonly leftOut: LeftOut
  /** What ends the elements that are open and whose end depends on how they began. */
  readonly ends: string[]
  out: string
  isInLink: boolean
}

/** Elements without attributes, by the kind of their tokens; those of words end no line. */
const BLOCKS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    paragraph: 'p',
    blockquote: 'blockquote',
    bullet_list: 'ul',
    list_item: 'li',
    thead: 'thead',
    tbody: 'tbody',
    tr: 'tr',
    td: 'td',
  }),
)
const WORDS: ReadonlySet<string> = new Set(['em', 'strong', 's'])
const REL = 'nofollow noopener noreferrer ugc'

export function renderTokens(tokens: readonly Token[], idPrefix: string): Rendered {
  const state: State = {
    ids: headingIds(tokens, idPrefix),
    leftOut: { images: 0, html: 0, files: 0, links: 0 },
    ends: [],
    out: '',
    isInLink: false,
  }
  renderAll(tokens, state)
  return { html: state.out, leftOut: state.leftOut }
}

function renderAll(tokens: readonly Token[], state: State): void {
  for (const [index, token] of tokens.entries()) {
    const render = SPECIAL.get(token.type)
    if (render) render(token, state, { tokens, index })
    else state.out += plainTag(token)
  }
}

/** Of what nobody has thought of, nothing comes out but its text. */
function plainTag({ type, hidden, content }: Token): string {
  const [, kind = '', side] = /^(\w+)_(open|close)$/.exec(type) ?? []
  const start = side === 'open' ? '<' : '</'
  if (WORDS.has(kind)) return `${start}${kind}>`
  const element = BLOCKS.get(kind)
  if (element === undefined) return escaped(content)
  return hidden ? '' : `${start}${element}>${side === 'open' ? '' : '\n'}`
}

/** Where a token stands: behind it are those that it opens. */
type Place = { readonly tokens: readonly Token[]; readonly index: number }

type Render = (token: Token, state: State, place: Place) => void

const begin =
  (parts: (token: Token, state: State, place: Place) => readonly [string, string]): Render =>
  (token, state, place) => {
    const [start, end] = parts(token, state, place)
    state.out += start
    state.ends.push(end)
  }

const end: Render = (_token, state) => {
  state.out += state.ends.pop() ?? ''
}

const BY_KIND: Readonly<Record<string, Render>> = {
  inline: ({ children }, state) => renderAll(children ?? [], state),
  text: ({ content }, state) => {
    state.out += state.isInLink ? escaped(content) : linkedText(content, outsideLink, escaped)
  },
  softbreak: (_token, state) => {
    state.out += '\n'
  },
  hardbreak: (_token, state) => {
    state.out += '<br>\n'
  },
  hr: (_token, state) => {
    state.out += '<hr>\n'
  },
  code_inline: ({ content }, state) => {
    state.out += `<code>${escaped(content)}</code>`
  },
  code_block: renderCode,
  fence: renderCode,
  html_inline: ({ content }, state) => {
    if (isLineBreak(content)) state.out += '<br>'
    else if (!content.startsWith('<!--')) state.leftOut.html += 1
  },
  html_block: ({ content }, state) => {
    const text = textOfHtml(content).trim()
    if (text !== '') state.out += `<p>${escaped(text)}</p>\n`
    if (!/^\s*<!--/.test(content)) state.leftOut.html += 1
  },
  heading_open: begin((token, { ids }) => {
    const heading = ids.of(token)
    if (!heading) return ['<p>', '</p>\n']
    return [`<h${heading.level} id="${escaped(heading.id)}">`, `</h${heading.level}>\n`]
  }),
  heading_close: end,
  ordered_list_open: begin((token) => {
    const first = Number(token.attrGet('start') ?? 1)
    return [Number.isSafeInteger(first) && first !== 1 ? `<ol start="${first}">` : '<ol>', '</ol>\n']
  }),
  ordered_list_close: end,
  table_open: begin(() => [
    '<div class="table" role="group" aria-label="Table" tabindex="0"><table>\n',
    '</table></div>\n',
  ]),
  table_close: end,
  /** A heading without words is none. */
  th_open: begin((_token, _state, { tokens, index }) =>
    plainText(tokens[index + 1]?.children ?? []) === '' ? ['<td>', '</td>'] : ['<th scope="col">', '</th>'],
  ),
  th_close: end,
  link_open: begin((token, state, place) => {
    state.isInLink = true
    return linkParts(destinationOf(String(token.attrGet('href') ?? '')), wordsOfLink(place), state)
  }),
  link_close: (token, state, place) => {
    state.isInLink = false
    end(token, state, place)
  },
  image: renderImage,
}

const SPECIAL: ReadonlyMap<string, Render> = new Map(Object.entries(BY_KIND))

/** Links are never inside of links. */
function wordsOfLink({ tokens, index }: Place): string {
  let close = index + 1
  while (close < tokens.length && tokens[close]?.type !== 'link_close') close += 1
  return plainText(tokens.slice(index + 1, close))
}

function renderCode({ content }: Token, state: State): void {
  state.out += `<pre tabindex="0"><code>${escaped(content)}</code></pre>\n`
}

/** A link has words that say where it leads; its title is left out. */
function linkParts(destination: Destination, words: string, { ids, leftOut }: State): readonly [string, string] {
  switch (destination.kind) {
    case 'outside':
      return [`${outsideStart(destination.href)}${words === '' ? escaped(destination.href) : ''}`, '</a>']
    case 'heading': {
      const id = ids.named(destination.name)
      return id === undefined
        ? ['', '']
        : [`<a href="#${escaped(id)}">${words === '' ? escaped(destination.name) : ''}`, '</a>']
    }
    case 'relative':
      leftOut.files += 1
      return ['', ` <span class="dim">(${escaped(destination.path)})</span>`]
    case 'refused':
      leftOut.links += 1
      return ['', ' <span class="dim">(link left out)</span>']
  }
}

/** No page asks anybody else for anything: an image is a link to where it lies. */
function renderImage(token: Token, state: State): void {
  const words = plainText(token.children ?? [])
  state.leftOut.images += 1
  if (state.isInLink) {
    state.out += escaped(words)
    return
  }
  const destination = destinationOf(String(token.attrGet('src') ?? ''))
  const isOnTheWeb = destination.kind === 'outside' && destination.href.startsWith('http')
  state.out += isOnTheWeb ? outsideLink(destination.href, words || 'image') : escaped(words)
}

function outsideLink(href: string, words: string): string {
  return `${outsideStart(href)}${escaped(words)}</a>`
}

function outsideStart(href: string): string {
  return `<a href="${escaped(href)}" rel="${REL}">`
}

function escaped(text: string): string {
  return escapeMarkup(shownText(text))
}
