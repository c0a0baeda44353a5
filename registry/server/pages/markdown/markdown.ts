// READMEs and changelogs on pages. What is too much, takes too long or cannot be read is shown as it was written.
import { html, raw } from 'hono/html'
import { digestOf } from '../../../../schemas/digest.ts'
import { isCoded, throwDefect } from '../../../../schemas/errors.ts'
import type { Html } from '../layout.ts'
import { shownText } from '../shown-text.ts'
import { keepLately } from './keep-lately.ts'
import type { LeftOut, Rendered } from './render.ts'

export type Markdown = {
  /** `idPrefix` stands before the ids of its headings; each is used once on a page. */
  show(text: string, idPrefix: string): Promise<Html>
}

/** A README as long as can be takes a tenth of it, on a machine that has much else to do half of it. */
const DEADLINE_MS = 1000
/** As many as a text of the longest kind has, many times over. */
const MAX_TOKENS = 40_000
const MAX_HTML = 1024 * 1024
/** Characters of what was rendered lately. */
const MAX_KEPT = 4 * 1024 * 1024

export function openMarkdown(deadlineMs = DEADLINE_MS): Markdown {
  // What took too long takes too long again: that is kept as well.
  const kept = keepLately<Rendered | 'plain'>(MAX_KEPT, (found) => (found === 'plain' ? 0 : found.html.length))
  return {
    async show(text, idPrefix) {
      const key = `${idPrefix} ${digestOf(text)}`
      const found = await kept.get(key, () => rendered(text, idPrefix, deadlineMs)).catch(plainForNow)
      return found === 'plain'
        ? asWritten(text)
        : html`<div class="markdown" dir="auto">${raw(found.html)}</div>${told(found.leftOut)}`
    },
  }
}

/** The library is loaded when somebody looks at the first text. */
async function rendered(text: string, idPrefix: string, deadlineMs: number): Promise<Rendered | 'plain'> {
  const [{ withinDeadline }, { parseMarkdown }, { renderTokens }] = await Promise.all([
    import('./within-deadline.ts'),
    import('./parse.ts'),
    import('./render.ts'),
  ])
  try {
    const done = withinDeadline(() => {
      const tokens = parseMarkdown(text, MAX_TOKENS)
      return tokens && renderTokens(tokens, idPrefix)
    }, deadlineMs)
    return done?.made && done.made.html.length <= MAX_HTML ? done.made : 'plain'
  } catch (error) {
    // Of the machine, which passes: it is not kept.
    if (isCoded(error)) throw error
    // A library that fails on one text does not take the page away on which people look for how to get rid of it.
    return 'plain'
  }
}

function plainForNow(error: unknown): 'plain' {
  throwDefect(error)
  return 'plain'
}

function asWritten(text: string): Html {
  return html`<pre class="readme" tabindex="0" dir="auto">${shownText(text)}</pre>
<p class="dim">It is shown as it was written, as it is too much to be laid out.</p>`
}

function told({ images, html: tags, files, links }: Readonly<LeftOut>): Html | '' {
  const parts = [
    ...(images > 0 ? ['Images are shown as links.'] : []),
    ...(tags > 0 ? ['HTML is shown as its text.'] : []),
    ...(files > 0 ? ['Links to files of the project lead nowhere here.'] : []),
    ...(links > 0 ? ['Links that are no plain addresses of the web or of mail are left out.'] : []),
  ]
  return parts.length === 0 ? '' : html`<p class="dim">${parts.join(' ')}</p>`
}
