// To the page before and the one behind, of a list that is cut into pages.
import { html } from 'hono/html'
import { MAX_PAGES } from '../http/search-request.ts'
import type { Html } from './layout.ts'

type Paged = {
  /** From 1 on. */
  readonly page: number
  readonly isLast: boolean
  readonly to: (page: number) => string
}

export function pageLinks({ page, isLast, to }: Paged): Html | string {
  const isCut = !isLast && page === MAX_PAGES
  if (page === 1 && isLast) return ''
  return html`<nav class="pages" aria-label="Pages">
${page === 1 ? '' : html`<a href="${to(page - 1)}" rel="prev">Previous</a>`}
<span class="dim">Page ${page}</span>
${isLast || isCut ? '' : html`<a href="${to(page + 1)}" rel="next">Next</a>`}
${isCut ? html`<span class="dim">Another word finds the others.</span>` : ''}
</nav>`
}
