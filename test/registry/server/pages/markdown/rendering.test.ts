// What comes out of Markdown, element by element.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMarkdown } from '../../../../../registry/server/pages/markdown/parse.ts'
import { renderTokens } from '../../../../../registry/server/pages/markdown/render.ts'

const render = (text: string) => renderTokens(parseMarkdown(text, 10_000) ?? [], 'readme')
const REL = 'rel="nofollow noopener noreferrer ugc"'

const rows: readonly (readonly [says: string, text: string, html: string])[] = [
  ['emphasis', '*a* **b** ~~c~~ `d`', '<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>'],
  ['lists', '- a\n- b\n  1. c', '<ul><li>a</li> <li>b<ol><li>c</li> </ol> </li> </ul>'],
  ['a list that begins later', '3. a', '<ol start="3"><li>a</li> </ol>'],
  ['a block of code', '```js\n<b>\n```', '<pre tabindex="0"><code>&lt;b&gt; </code></pre>'],
  ['a quotation and a rule', '> a\n\n---', '<blockquote><p>a</p> </blockquote> <hr>'],
  ['a line break', 'a  \nb<br>c', '<p>a<br> b<br>c</p>'],
  [
    'a table',
    '| a | b |\n|---|:-:|\n| 1 | 2 |',
    '<div class="table" role="group" aria-label="Table" tabindex="0"><table> <thead><tr><th scope="col">a</th><th scope="col">b</th></tr> </thead> <tbody><tr><td>1</td> <td>2</td> </tr> </tbody> </table></div>',
  ],
  [
    'a table without a heading',
    '|  | b |\n|---|---|\n',
    '<div class="table" role="group" aria-label="Table" tabindex="0"><table> <thead><tr><td></td><th scope="col">b</th></tr> </thead> </table></div>',
  ],
  [
    'a link',
    '[a](https://example.org/x?y=1&z "title")',
    `<p><a href="https://example.org/x?y=1&amp;z" ${REL}>a</a></p>`,
  ],
  [
    'a link without words',
    '[](https://example.org/)',
    `<p><a href="https://example.org/" ${REL}>https://example.org/</a></p>`,
  ],
  [
    'an address in angle brackets',
    '<https://example.org/>',
    `<p><a href="https://example.org/" ${REL}>https://example.org/</a></p>`,
  ],
  [
    'an address as it is',
    'see https://example.org/a_b.',
    `<p>see <a href="https://example.org/a_b" ${REL}>https://example.org/a_b</a>.</p>`,
  ],
  ['mail', '[a](mailto:a@example.org)', `<p><a href="mailto:a@example.org" ${REL}>a</a></p>`],
  ['a file of the project', '[a](docs/USE.md#x)', '<p>a <span class="dim">(docs/USE.md#x)</span></p>'],
  ['a path of the registry', '[a](/api/v1/whoami)', '<p>a <span class="dim">(/api/v1/whoami)</span></p>'],
  ['another host without a scheme', '[a](//example.org/)', `<p><a href="https://example.org/" ${REL}>a</a></p>`],
  ['a script as a link', '[a](javascript:alert%281%29)', '<p>a <span class="dim">(link left out)</span></p>'],
  [
    'a user before the host',
    '[a](https://github.com@example.org/)',
    '<p>a <span class="dim">(link left out)</span></p>',
  ],
  ['a tab in the name of a host', '[a](https://exa&#9;mple.org/)', '<p>a <span class="dim">(link left out)</span></p>'],
  ['an image', '![a](https://example.org/a.png)', `<p><a href="https://example.org/a.png" ${REL}>a</a></p>`],
  ['an image of the project', '![a](a.png)', '<p>a</p>'],
  [
    'an image in a link',
    '[![ci](https://example.org/a.svg)](https://example.org/)',
    `<p><a href="https://example.org/" ${REL}>ci</a></p>`,
  ],
  [
    'headings in an odd order',
    '# A\n### B\n## C\n##### A',
    '<h3 id="readme-a">A</h3> <h4 id="readme-b">B</h4> <h4 id="readme-c">C</h4> <h5 id="readme-a-1">A</h5>',
  ],
  ['a heading without words', '#\n\n# ![](x)', '<p></p> <p></p>'],
  [
    'a link to a heading',
    '[a](#use-it)\n\n# Use `it`!',
    '<p><a href="#readme-use-it">a</a></p> <h3 id="readme-use-it">Use <code>it</code>!</h3>',
  ],
  ['a link to no heading', '[a](#q)', '<p>a</p>'],
  ['HTML between words', 'a <b onclick="x()">b</b> <!-- c -->', '<p>a b </p>'],
  ['HTML of its own', '<p align="center">\n  <img src=x onerror=y>\n  <b>a</b> &amp; b\n</p>', '<p>a &amp; b</p>'],
  ['code in HTML', '<script>\nalert(1)\n</script>\n\n<style>a{}</style>\n\nb', '<p>b</p>'],
  ['an entity for a hidden character', 'a&#8238;b', '<p>a\\u{202e}b</p>'],
]
for (const [says, text, html] of rows)
  test(`Markdown with ${says} becomes what is written here and nothing else`, () => {
    assert.equal(render(text).html.replaceAll(/\n/g, ' ').trim(), html)
  })

test('what could not be shown as it was meant is counted', () => {
  const { leftOut } = render(
    '![a](b) ![](https://example.org/) <b>x</b>\n\n<!-- c -->\n\n<p>d</p>\n\n[e](f.md) [g](data:,)',
  )
  assert.deepEqual(leftOut, { images: 2, html: 3, files: 1, links: 1 })
})
