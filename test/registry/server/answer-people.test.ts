// Errors for people and for programs: the same told in two ways, by what was asked for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prefersHtml } from '../../../registry/server/answer-people.ts'
import type { Problem } from '../../../schemas/api.ts'
import { aPrivateScene } from '../../support/registry/private-scene.ts'
import { pagesOf } from '../../support/registry/served-pages.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'

test('who names HTML before JSON gets a page, everybody else the problem document', () => {
  for (const accept of [BROWSER, 'text/html', 'TEXT/HTML;q=0.5', 'application/json;q=0.1, text/html'])
    assert.equal(prefersHtml(accept), true, accept)
  const others: readonly (string | undefined)[] = [
    ...[undefined, '', '*/*', 'text/*', 'application/json', 'application/problem+json, text/html;q=0.9'],
    ...['text/html;q=0', 'application/atom+xml', 'text/htmlx', `${'a,'.repeat(2000)}text/html`],
  ]
  for (const accept of others) assert.equal(prefersHtml(accept), false, `${accept}`)
})

test('a browser is told what happened, the code and what to do, and a program keeps its problem document', async (t) => {
  const { url } = await startTestRegistry(t)
  for (const [path, status, code, advice] of [
    ['/nothing/at/all', 404, 'NOT_FOUND', 'Look whether the address is complete.'],
    ['/repos/absent.yaml', 404, 'REPO_NOT_FOUND', 'repo <code>absent</code> does not exist here'],
    ['/repos/core/absent.json', 404, 'PLUGIN_NOT_FOUND', '<code>octo search</code>'],
    ['/feeds/core/absent/newest.atom', 404, 'PLUGIN_NOT_FOUND', '<code>octo search</code>'],
    ['/api/v1/whoami', 401, 'UNAUTHENTICATED', 'the password is a token'],
    [`/search?q=${'x'.repeat(201)}`, 413, 'LIMIT_EXCEEDED', 'Look through all repos'],
    ['/search?kind=%3Cscript%3E', 400, 'USAGE', 'expected <code>tool</code>'],
    ['/search?platform=vax', 400, 'PLATFORM_INVALID', '<code>linux_amd64</code>'],
    ['/search?page=21', 400, 'USAGE', 'a number from 1 to 20'],
    ['/newest?repo=..', 400, 'NAME_INVALID', 'Look through all repos'],
  ] as const) {
    const page = await fetch(`${url}${path}`, { headers: { accept: BROWSER } })
    const text = await page.text()
    assert.equal(page.status, status, path)
    assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8', path)
    assert.equal(page.headers.get('cache-control'), 'no-store', path)
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'self'/, path)
    assert.ok(text.includes(`<code>${code}</code>`) && text.includes(advice), `${path}: ${text}`)
    assert.ok(text.includes(page.headers.get('x-request-id') ?? 'none'), path)
    assert.doesNotMatch(text, /<script/)
    const head = await fetch(`${url}${path}`, { headers: { accept: BROWSER }, method: 'HEAD' })
    assert.deepEqual([head.status, await head.text()], [status, ''], path)
    const program = await fetch(`${url}${path}`)
    assert.equal(program.headers.get('content-type'), 'application/problem+json', path)
    assert.deepEqual([program.status, ((await program.json()) as Problem).code], [status, code], path)
  }
})

test('a page of a plugin that is not here names the code, and says where else to look', async (t) => {
  const { get } = await pagesOf(t)
  for (const path of ['/plugins/absent', '/plugins/core/absent', '/plugins/core/absent/1.0.0', '/plugins/CORE/x']) {
    const { status, text } = await get(path)
    assert.equal(status, 404, path)
    assert.match(text, /<code>NOT_FOUND<\/code>/)
    assert.match(text, /it may stand in another repo/)
    assert.doesNotMatch(text, /Request<\/dt>/)
  }
})

test('a page of an error says of a private repo what it says of one that does not exist, byte for byte', async (t) => {
  const { ask, mayNot } = await aPrivateScene(t)
  const masked = (body: Buffer, repo: string) =>
    body
      .toString()
      .replace(/<dt>Request<\/dt><dd><code>[^<]+/, '')
      .replaceAll(repo, 'REPO')
  for (const [who, authorization] of Object.entries(mayNot))
    for (const path of ['/repos/secret.yaml', '/repos/secret/shadow.json', '/feeds/secret/newest.atom']) {
      const headers = { accept: BROWSER, ...(authorization === undefined ? {} : { authorization }) }
      const [hidden, absent] = [await ask(path, headers), await ask(path.replace('secret', 'absent'), headers)]
      assert.ok(hidden.status === 401 || hidden.status === 404, `${who} at ${path}`)
      assert.match(String(hidden.headers['content-type']), /^text\/html/)
      assert.deepEqual(
        [hidden.status, masked(hidden.body, 'secret')],
        [absent.status, masked(absent.body, 'absent')],
        who,
      )
      const named = ({ headers: { date: _, 'x-request-id': __, ...rest } }: typeof hidden) => rest
      assert.deepEqual(named(hidden), named(absent), `${who} at ${path}`)
    }
})
