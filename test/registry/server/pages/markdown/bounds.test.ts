// How much of a page and of the registry's time a text may take.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMarkdown } from '../../../../../registry/server/pages/markdown/markdown.ts'
import { parseMarkdown } from '../../../../../registry/server/pages/markdown/parse.ts'
import { withinDeadline } from '../../../../../registry/server/pages/markdown/within-deadline.ts'
import { LIMITS } from '../../../../../schemas/limits.ts'

const filled = (piece: string, length: number) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length)

/** Inputs for which readers of Markdown have needed the square of their length. */
const LONG = [
  ...[
    '[',
    '![',
    '[a](',
    '[a](<',
    '[](',
    '*',
    '**a ',
    '_a ',
    '*a_ ',
    '`',
    '`a``',
    '~~a ',
    '<',
    '<!--',
    '<a ',
    '<a b="',
    '<?',
    '<!A',
  ],
  ...[
    '> ',
    '- ',
    '1. ',
    '* - + ',
    '>- ',
    '#',
    '# a\n',
    '&',
    '&#',
    '\\',
    '|',
    '|a',
    'a|\n',
    'a\n-|-\n',
    '[a]: b\n',
    '[a]:\n',
    '[a]: x "\n',
  ],
  ...[
    'https://',
    'http://a',
    'a@b.c ',
    'mailto:a ',
    '"',
    "'",
    '\t',
    ' ',
    '\n',
    '- a\n\n',
    '[a][b]',
    '[^a]',
    '<b>',
    '</script',
    '<script>',
    '~~~\n',
  ],
]

test('whatever a text is made of, a page of bounded size is made of it', async () => {
  const markdown = openMarkdown()
  const texts = [
    ...LONG.map((piece) => filled(piece, 4096)),
    ...['&', '`a``'].map((piece) => filled(piece, LIMITS.textLength)),
  ]
  for (const text of texts) {
    const piece = text.slice(0, 10)
    const shown = String(await markdown.show(text, 'readme'))
    assert.ok(shown.length < 2 * 1024 * 1024, `${piece}: ${shown.length}`)
    assert.equal(String(await markdown.show(text, 'readme')), shown, piece)
  }
})

test('paragraphs, nesting, pieces and columns beyond the bounds are shown as they were written', async () => {
  const table = `${'|a'.repeat(200)}|\n${'|-'.repeat(200)}|\n${'|x\n'.repeat(400)}`
  const quotes = `    ${'"'.repeat(200_000)}`
  const paragraph = 'word '.repeat(4000)
  for (const text of [
    paragraph,
    quotes,
    `${'> '.repeat(60)}deep`,
    `${'*a **b '.repeat(40)}c${'** d*'.repeat(40)}`,
    table,
  ]) {
    const shown = String(await openMarkdown().show(text, 'readme'))
    assert.match(shown, /<pre class="readme"/)
    assert.match(shown, /as it was written/)
    assert.ok(shown.includes(text.slice(0, 20).replaceAll('>', '&gt;').replaceAll('"', '&quot;')))
  }
  assert.equal(parseMarkdown('a *b* c', 3), undefined)
})

test('a reader is told what of a text is not as its author meant it, and nothing where all is', async () => {
  const show = async (text: string) => String(await openMarkdown().show(text, 'readme'))
  assert.doesNotMatch(await show('a [b](https://example.org/)'), /class="dim"/)
  const told = /<p class="dim">([^<]*)<\/p>$/.exec(await show('![](x) <b>c</b> [d](e.md) [f](data:,)'))?.[1]
  assert.match(told ?? '', /^Images are .* HTML is .* Links to files .* are left out\.$/)
})

test('a text that takes too long is shown as it was written', async () => {
  const text = filled('![', 16_000)
  assert.match(String(await openMarkdown(1).show(text, 'readme')), /^<pre class="readme"[^>]*>!\[!\[/)
})

test('work that does not end is ended, and the next is done', () => {
  const endless = () => {
    for (;;);
  }
  assert.equal(withinDeadline(endless, 5), undefined)
  assert.deepEqual(
    withinDeadline(() => 'done', 10_000),
    { made: 'done' },
  )
  assert.throws(() => withinDeadline(() => assert.fail('its own'), 10_000), /its own/)
})
