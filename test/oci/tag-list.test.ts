// The tags of a repository, however its registry divides them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listTags } from '../../oci/tag-list.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'

const FIRST = new URL('https://registry.example/v2/a/b/tags/list')
const TAGS = ['1.0.0', '1.1.0', '1.10.0', '1.2.0', '1.9.0', 'latest', 'v2.0.0']

type Registry = (url: URL) => { readonly tags: readonly string[] | null; readonly link?: string }

const after = (last: string | null) => TAGS.filter((tag) => last === null || tag > last)
const nextOf = (tags: readonly string[], size: number, address: (last: string) => string) =>
  after(tags.at(-1) ?? '').length === 0 || tags.length < size ? {} : { link: address(tags.at(-1) ?? '') }
const paged =
  (size: number, address: ((last: string) => string) | undefined): Registry =>
  ({ searchParams }) => {
    const tags = after(searchParams.get('last')).slice(0, size)
    return { tags, ...(address ? nextOf(tags, size, address) : {}) }
  }

const REGISTRIES: Readonly<Record<string, Registry>> = {
  'all at once': () => ({ tags: TAGS }),
  'pages that name the next one by its path': paged(2, (last) => `</v2/a/b/tags/list?n=2&last=${last}>; rel="next"`),
  'pages that name the next one in full': paged(3, (last) => `<${FIRST.href}?last=${last}&n=3>; rel=next`),
  'pages that name the next one among others': paged(
    3,
    (last) => `<${FIRST.href}>; rel="first", <?last=${last}>; rel="next"`,
  ),
  'pages that name none': paged(2, undefined),
  'a link that leads to another server': paged(
    2,
    (last) => `<https://evil.example/v2/a/b/tags/list?last=${last}>; rel="next"`,
  ),
  'a link that leads to another list': paged(2, (last) => `</v2/other/tags/list?last=${last}>; rel="next"`),
  'a link to the same page': (url) => ({ ...paged(2, undefined)(url), link: `<${url.href}>; rel="next"` }),
  'one that takes no notice of where to go on': () => ({ tags: TAGS, link: `<${FIRST.href}?x=1>; rel="next"` }),
}

async function tagsOf(registry: Registry): Promise<{ tags: readonly string[]; asked: number }> {
  let asked = 0
  const found = await listTags({
    ...{ first: FIRST, subject: 'a/b' },
    ask: async (url) => {
      asked++
      assert.equal(url.origin + url.pathname, FIRST.href)
      const { link, tags } = registry(url)
      return {
        headers: { ...(link === undefined ? {} : { link }) },
        bytes: Buffer.from(JSON.stringify({ name: 'a/b', tags })),
      }
    },
  })
  return { tags: [...found], asked }
}

test('all tags are found, from whatever pages they come, and nothing is asked for ever', async () => {
  for (const [what, registry] of Object.entries(REGISTRIES)) {
    const { tags, asked } = await tagsOf(registry)
    assert.deepEqual(tags.toSorted(), TAGS, what)
    assert.ok(asked <= TAGS.length, `${what}: ${asked}`)
  }
  assert.deepEqual((await tagsOf(() => ({ tags: null }))).tags, [])
})

test('a list without an end is given up', async () => {
  let made = 0
  const endless: Registry = () => ({ tags: Array.from({ length: 5000 }, () => `t${made++}`) })
  await expectCodeAsync('LIMIT_EXCEEDED', () => tagsOf(endless))
})
