// Pieces that several pages are made of: tables that scroll where they are too wide, text to copy, times, links out of the registry.
import { html } from 'hono/html'
import type { Html } from './layout.ts'
import { shownText } from './shown-text.ts'

type Columns = { readonly caption: string; readonly titles: readonly string[] }

/** Rows are finished `<tr>`; the keyboard reaches what a narrow screen cuts off. */
export function scrollingTable({ caption, titles }: Columns, rows: readonly Html[]): Html {
  return html`<div class="table" role="group" aria-label="${caption}" tabindex="0"><table>
<caption class="hidden">${caption}</caption>
<thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`
}

/** Text that is selected as a whole where somebody clicks on it. */
export function copyable(text: string): Html {
  return html`<pre class="copy" tabindex="0">${shownText(text)}</pre>`
}

/** Milliseconds since 1970, as a day; the moment is in the element. */
export function dayOf(time: number): Html {
  const moment = new Date(time).toISOString()
  return html`<time datetime="${moment}" title="${moment}">${moment.slice(0, 10)}</time>`
}

/** The shape of a manifest lets only http and https through. */
export function outsideLink(text: string, url: string): Html {
  return html`<a href="${url}" rel="nofollow noopener noreferrer ugc">${text}</a>`
}

/** A sentence in which names stand between backticks. */
export function sentence(text: string): Html {
  const parts = shownText(text).split('`')
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
}
