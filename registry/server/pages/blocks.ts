// Pieces that several pages are made of: tables that fold on a telephone, text to copy, times, links out of the registry.
import { html } from 'hono/html'
import type { Html } from './layout.ts'
import { shownText } from './shown-text.ts'

type Columns = { readonly caption: string; readonly titles: readonly string[] }

export type Cell = {
  readonly shown: Html | string | readonly (Html | string)[]
  readonly class?: string
  /** What the row is about. */
  readonly isHead?: boolean
}

/** As many fit beside each other on a telephone. */
const MAX_BESIDE = 2

/** With more columns than fit, a narrow screen shows each row as a block of lines, in which each cell says its title. */
export function pageTable({ caption, titles }: Columns, rows: readonly (readonly Cell[])[]): Html {
  const folds = titles.length > MAX_BESIDE
  const line = (cells: readonly Cell[]) => cells.map((cell, at) => tableCell(cell, folds ? titles[at] : undefined))
  return html`<div class="table" role="group" aria-label="${caption}" tabindex="0"><table${folds ? html` class="folds"` : ''}>
<caption class="hidden">${caption}</caption>
<thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${line(cells)}</tr>\n`)}</tbody>
</table></div>`
}

function tableCell(cell: Cell, title: string | undefined): Html {
  const kind = cell.class === undefined ? '' : html` class="${cell.class}"`
  if (cell.isHead) return html`<th scope="row"${kind}>${cell.shown}</th>`
  return html`<td${kind}${title === undefined ? '' : html` data-title="${title}"`}>${cell.shown}</td>`
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
