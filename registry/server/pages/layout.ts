// The frame of every page. Nothing on a page is a script, and the policy below would not run one.
import { createHash } from 'node:crypto'
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { feedPath } from './feed-path.ts'
import type { Link } from './links.ts'
import { shownText } from './shown-text.ts'
import { STYLE } from './style.ts'

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** Changes with the style, so that browsers may keep it for ever. */
export const STYLE_PATH = `/assets/${createHash('sha256').update(STYLE).digest('hex').slice(0, 16)}.css`

export const PAGE_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'Cache-Control': 'public, max-age=10',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': '',
} as const

/** Pages that every page leads to, above and below what it shows. */
const ABOVE: readonly Place[] = []
const BELOW: readonly Place[] = [
  { path: '/newest', text: 'newest releases' },
  { path: '/api', text: 'API' },
  { path: '/.well-known/octo.json', text: 'discovery' },
]
const NEWEST = { path: feedPath({}), title: 'Newest releases' }

type Place = { readonly path: string; readonly text: string }

type Frame = {
  readonly link: Link
  readonly title: string
  /** What stands in the search field, and what else a new search keeps. */
  readonly query?: string
  readonly kept?: Readonly<Record<string, string>>
  /** A feed that says what is new here. */
  readonly feed?: { readonly path: string; readonly title: string }
  readonly body: Html
}

export function layout({ link, title, query = '', kept = {}, feed = NEWEST, body }: Frame): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${shownText(title)}</title>
<link rel="stylesheet" href="${link(STYLE_PATH)}">
<link rel="alternate" type="application/atom+xml" title="${shownText(feed.title)}" href="${link(feed.path)}">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header>
<a class="brand" href="${link('/')}">octo</a>
<form role="search" action="${link('/search')}" method="get">
<label class="hidden" for="q">Search plugins</label>
<input id="q" name="q" type="search" value="${shownText(query)}" maxlength="200" placeholder="Search plugins" autocomplete="off">
${Object.entries(kept).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button>Search</button>
</form>
${ABOVE.length === 0 ? '' : html`<nav aria-label="Registry">${places(ABOVE, link)}</nav>`}
</header>
<main id="main" tabindex="-1">
${body}
</main>
<footer>
${places(BELOW, link)}
</footer>
</body>
</html>
`
}

function places(all: readonly Place[], link: Link): readonly Html[] {
  return all.map(({ path, text }) => html`<a href="${link(path)}">${text}</a> `)
}
