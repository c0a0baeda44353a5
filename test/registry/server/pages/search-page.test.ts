import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { searchAnswer } from '../../../../schemas/api.ts'
import { pagesOf } from '../../../support/registry/served-pages.ts'

async function aFilledScene(t: TestContext) {
  const scene = await pagesOf(t)
  const { registry } = scene
  registry.addRepo('extra')
  await registry.publish('check-tcp', { platforms: ['linux_amd64', 'darwin_arm64'] })
  await registry.publish('check-http', { platforms: ['any'], manifest: { output: 'nagios' } })
  await registry.publish('driver', { platforms: ['linux_arm64'], manifest: { kind: 'service', protocol: 'ocm' } })
  await registry.publish('tell', { repo: 'extra', manifest: { category: 'notification' }, platforms: ['linux_amd64'] })
  return scene
}

const linksOf = (text: string) =>
  [...text.matchAll(/href="([^"]*\/search\?[^"]*)"/g)].map(([, link = '']) => link.replaceAll('&amp;', '&'))
const foundOn = (text: string) => [...text.matchAll(/href="[^"]*\/plugins\/([^"/]+\/[^"/]+)"/g)].map(([, name]) => name)

test('the page and the API find the same, whatever is asked', async (t) => {
  const { get } = await aFilledScene(t)
  for (const [query, expected] of [
    ['', ['core/check-http', 'core/check-tcp', 'core/driver', 'extra/tell']],
    ['kind=service', ['core/driver']],
    ['platform=linux_amd64', ['core/check-http', 'core/check-tcp', 'extra/tell']],
    ['platform=linux-x86_64', ['core/check-http', 'core/check-tcp', 'extra/tell']],
    ['platform=linux_amd64&repo=core', ['core/check-http', 'core/check-tcp']],
    ['contract=nagios', ['core/check-http']],
    ['contract=ocm&kind=service', ['core/driver']],
    ['category=notification', ['extra/tell']],
    ['category=notification&kind=service', []],
    ['kind=&platform=&repo=&page=', ['core/check-http', 'core/check-tcp', 'core/driver', 'extra/tell']],
    ['page=2', []],
  ] as const) {
    const answer = searchAnswer.parse(JSON.parse((await get(`/api/v1/search?${query}`)).text))
    assert.deepEqual(
      answer.results.map(({ repo, plugin }) => `${repo}/${plugin}`),
      expected,
      query,
    )
    assert.deepEqual(foundOn((await get(`/search?${query}`)).text), expected, query)
  }
})

test('each link narrows down by one more filter and keeps the others, and its number is what it finds', async (t) => {
  const { get } = await aFilledScene(t)
  const { text } = await get('/search?q=&repo=core&platform=linux_amd64')
  assert.match(text, /<input type="hidden" name="repo" value="core">/)
  assert.match(text, /<input type="hidden" name="platform" value="linux_amd64">/)
  const links = [...text.matchAll(/<a class="chip" href="([^"]*)">[^<]*<span class="count">(\d+)<\/span>/g)]
  assert.ok(links.length >= 2)
  for (const [, link = '', count] of links) {
    const query = new URL(link.replaceAll('&amp;', '&'), 'http://x').searchParams
    assert.deepEqual([query.get('repo'), query.get('platform'), [...query].length], ['core', 'linux_amd64', 4], link)
    assert.equal(foundOn((await get(link.replaceAll('&amp;', '&'))).text).length, Number(count), link)
  }
  const back = [...text.matchAll(/<a class="chip chosen" href="([^"]*)"/g)].map(([, link = '']) => link)
  assert.deepEqual(back, ['/search?q=&amp;platform=linux_amd64', '/search?q=&amp;repo=core'])
})

test('a search that finds nothing says what to try, with links that find something', async (t) => {
  const { get } = await aFilledScene(t)
  const { text } = await get('/search?q=&kind=service&platform=linux_amd64')
  assert.match(text, /Nothing fits\./)
  assert.match(text, /without kind service<\/a> <span class="dim">\(3\)/)
  assert.match(text, /without runs on linux_amd64<\/a> <span class="dim">\(1\)/)
  const found = await Promise.all(linksOf(text).map(async (link) => foundOn((await get(link)).text).length))
  assert.ok(found.length >= 4 && found.every((count) => count > 0), `${found}`)
  assert.match((await get('/search?q=zzz')).text, /Use fewer words/)
})

test('more than a page is cut into pages that lead to each other and keep what was asked', async (t) => {
  const { registry, get } = await pagesOf(t)
  for (let index = 0; index < 51; index++)
    await registry.publish(`p${String(index).padStart(2, '0')}`, {
      platforms: ['any'],
      content: () => 'x',
      bundle: 'y',
    })
  const first = (await get('/search?q=&kind=tool')).text
  assert.match(first, />51 plugins</)
  assert.match(first, /<a href="\/search\?q=&amp;kind=tool&amp;page=2" rel="next">/)
  const second = (await get('/search?q=&kind=tool&page=2')).text
  assert.deepEqual(foundOn(second), ['core/p50'])
  assert.match(second, /<a href="\/search\?q=&amp;kind=tool" rel="prev">/)
  assert.doesNotMatch(second, /rel="next"/)
  for (const path of ['/', '/plugins/core']) {
    const [, others = ''] = /<a href="([^"]*)">the others<\/a>/.exec((await get(path)).text) ?? []
    assert.deepEqual(foundOn((await get(others.replaceAll('&amp;', '&'))).text), ['core/p50'], path)
  }
  const news = (await get('/newest?page=2')).text
  assert.deepEqual(foundOn(news), ['core/p00'])
  assert.match(news, /<a href="\/newest\?page=1" rel="prev">/)
})
