// The pages in a real Chromium, of a registry with real releases by people who mean well and people who do not: no script runs, nothing
// is asked for elsewhere, nothing is wider than a telephone or scrolls sideways on one, and axe finds no barrier. What was seen stands in .octo/screens/.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { lineShape, textShape } from '../../schemas/shapes.ts'
import type { ReleaseRecipe } from '../support/builders/test-authority.ts'
import { aRelease, aScript } from '../support/builders/test-authority.ts'
import type { Look } from '../support/machine/browser.ts'
import { findBarriers, findChromium, openBrowser, visit } from '../support/machine/browser.ts'
import { callApi, publishRelease } from '../support/publisher/publish-release.ts'
import { HOSTILE_ADDRESSES, HOSTILE_TEXTS } from '../support/registry/hostile-markup.ts'
import type { TestRegistry } from '../support/registry/test-registry.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const chromium = findChromium()
const skip = 'missing' in chromium ? chromium.missing : false
const SCREENS = fileURLToPath(new URL('../../.octo/screens/', import.meta.url))

const HOSTILE_LINES = HOSTILE_TEXTS.filter((text) => lineShape.min(1).safeParse(text).success)
/** Also as addresses of links and pictures. */
const HOSTILE_README = [...HOSTILE_TEXTS, ...HOSTILE_ADDRESSES.map((address) => `[x](${address}) ![x](${address})`)]
  .filter((text) => textShape.safeParse(text).success)
  .join('\n\n')

/** What a page must not be, to see that this is noticed. */
const CARELESS = `<script>alert(1)</script><img src="x" onerror="alert(2)"><img src="https://elsewhere.example/x.png">
<script src="https://elsewhere.example/x.js"></script>`

const LOOKS: readonly Look[] = [375, 1280].flatMap((width) =>
  (['light', 'dark'] as const).map((scheme) => ({ width, scheme })),
)

/** Each kind of page, with what opens it. */
const PAGES: Readonly<Record<string, string>> = {
  start: '/',
  search: '/search?q=',
  'search-filtered': '/search?q=check&kind=tool&platform=linux_amd64',
  'search-nothing': '/search?q=check&kind=operator&contract=nagios',
  newest: '/newest',
  plugin: '/plugins/core/check-http',
  'plugin-hostile': '/plugins/core/hostile',
  version: '/plugins/core/check-http/2.0.0',
  'version-hostile': '/plugins/core/hostile/1.0.2',
  repo: '/plugins/core',
  'plugin-yanked': '/plugins/core/withdrawn',
  api: '/api',
  'error-missing-page': '/nothing/here',
  'error-missing-plugin': '/plugins/core/absent',
  'error-missing-repo': '/repos/absent.yaml',
  'error-bad-search': '/search?platform=vax',
  'error-no-token': '/api/v1/whoami',
}

const README = `# check-http

Asks a web address and looks at what it answers.

## Usage

\`\`\`yaml
services:
  web:
    health:
      - tool: check-http
        args: {url: https://example.com/a/very/long/address/that/does/not/fit/on/a/telephone?with=a&query=of&some=length}
\`\`\`

| argument | meaning | default |
| --- | --- | --- |
| \`url\` | what is asked | |
| \`timeout\` | how long it may take | 10s |

1. Install it.
2. Run it, with **one** address or _several_.

> It follows no redirect.

See [the manual](https://example.com/manual) and \`octo info check-http\`.
`

async function publish(registry: TestRegistry, recipe: ReleaseRecipe) {
  const { status, body } = await publishRelease(registry, await aRelease(registry.key, recipe))
  assert.equal(status, 201, JSON.stringify(body))
}

async function aFilledRegistry(t: TestContext): Promise<TestRegistry> {
  const registry = await startTestRegistry(t, { repos: ['core', 'extra', 'empty'] })
  const properties = {
    url: { type: 'string', description: 'What is asked', examples: ['https://example.com'] },
    timeout: { type: 'string', default: '10s', description: 'How long it may take, in all' },
    expect: { type: 'array', items: { type: 'integer' }, description: 'Status codes that are good' },
  }
  const manifest = {
    description: 'Asks a web address and looks at what it answers',
    ...{ license: 'Apache-2.0', homepage: 'https://example.com/check-http', source: 'https://example.com/source' },
    ...{
      readme: README,
      changelog: 'Follows **redirects** now, up to five.',
      output: 'check/v1' as const,
      arguments: { type: 'object', properties, required: ['url'] },
    },
    needs: { network: ['the host of `url`'], files: [], secrets: ['api-token'] },
  }
  for (const version of ['1.0.0', '2.0.0-rc.1', '2.0.0'])
    await publish(registry, { plugin: 'check-http', version, manifest })
  for (let at = 0; at < 10; at++)
    await publish(registry, {
      plugin: `check-${['disk', 'memory', 'load', 'port', 'mail'][at % 5]}-${at}`,
      repo: at % 3 === 0 ? 'extra' : 'core',
      platforms: at % 2 === 0 ? { linux_amd64: aScript(), linux_arm64: aScript() } : { darwin_arm64: aScript() },
      manifest: {
        description: `Looks at something of this machine that has the number ${at} and is described in a line of some length`,
        ...{
          kind: at % 7 === 0 ? 'service' : 'tool',
          category: ['health', 'preflight', 'notification'][at % 3] ?? 'health',
        },
      },
    })
  const lines = Object.fromEntries(
    HOSTILE_LINES.map((line, at) => [`x${at}`, { type: 'string', description: line, default: line }]),
  )
  for (const [at, line] of HOSTILE_LINES.slice(0, 3).entries())
    await publish(registry, {
      ...{ plugin: 'hostile', version: `1.0.${at}` },
      manifest: {
        ...{ description: line, license: line, readme: HOSTILE_README, changelog: HOSTILE_README },
        homepage: `https://example.com/?"onmouseover="alert(${at})`,
        arguments: { type: 'object', properties: lines },
        needs: { network: HOSTILE_LINES.slice(0, 32), files: [line], secrets: [] },
      },
    })
  await publish(registry, { plugin: 'withdrawn', manifest: { readme: '# Gone' } })
  const change = async (plugin: string, version: string, action: string, reason: string) => {
    const path = `/api/v1/repos/core/plugins/${plugin}/versions/${version}/state`
    assert.equal((await callApi(registry, path, { method: 'PUT', json: { action, reason } })).status, 200)
  }
  await change('withdrawn', '1.0.0', 'yank', 'loses files')
  await change('check-http', '1.0.0', 'deprecate', 'use 2.0.0')
  await change('hostile', '1.0.0', 'yank', HOSTILE_LINES[3] ?? '')
  await change('hostile', '1.0.1', 'quarantine', HOSTILE_LINES[0] ?? '')
  await change('hostile', '1.0.2', 'deprecate', HOSTILE_LINES[6] ?? '')
  return registry
}

test('the pages in a browser', { skip }, async (t) => {
  const browser = await openBrowser(t, 'path' in chromium ? chromium.path : '')
  const registry = await aFilledRegistry(t)
  const { url } = registry

  await t.test('the watch on a page sees what runs and what leaves', async () => {
    const seen = await visit(browser, { url: `${url}/`, width: 375, scheme: 'light', ignoresPolicy: true })
    await seen.page.setContent(CARELESS)
    await seen.page.waitForNetworkIdle()
    assert.deepEqual([...seen.ran].sort(), ['alert 1', 'alert 2', 'script https://elsewhere.example/x.js'])
    assert.deepEqual([...seen.strayed].sort(), ['https://elsewhere.example/x.js', 'https://elsewhere.example/x.png'])
    assert.notDeepEqual(await findBarriers(seen.page), [])
    await seen.page.close()
  })

  await t.test(
    'every page is whole at each width, in light and dark, without a script, a request elsewhere or a barrier',
    async () => {
      mkdirSync(SCREENS, { recursive: true })
      const wrong: string[] = []
      for (const [name, path] of Object.entries(PAGES))
        for (const look of LOOKS) {
          const { page, strayed, ran } = await visit(browser, { ...look, url: url + path })
          await page.screenshot({ path: join(SCREENS, `${name}-${look.width}-${look.scheme}.png`), fullPage: true })
          const width = Number(await page.evaluate('document.documentElement.scrollWidth'))
          const found = [
            ...strayed.map((address) => `asks ${address}`),
            ...ran.map((what) => `runs ${what}`),
            ...(width > look.width ? [`is ${width} px wide`] : []),
            ...(look.width === 375 ? ((await page.evaluate(SIDEWAYS)) as string[]) : []),
            // Barriers are of a width or of a scheme: each width once, each scheme once.
            ...((look.width === 375) === (look.scheme === 'light') ? await findBarriers(page) : []),
          ]
          wrong.push(...found.map((what) => `${name} at ${look.width} px, ${look.scheme}: ${what}`))
          await page.close()
        }
      assert.deepEqual(wrong, [])
    },
  )

  await t.test('what publishers write runs nothing even where the policy of the pages is not heeded', async () => {
    const words = encodeURIComponent(HOSTILE_LINES[3] ?? '')
    for (const path of [
      '/',
      `/search?q=${words}`,
      '/search?q=hostile',
      '/newest',
      '/plugins/core/hostile',
      '/plugins/core/hostile/1.0.2',
      '/plugins/core',
      `/${words}`,
    ]) {
      const { page, strayed, ran } = await visit(browser, {
        url: url + path,
        width: 1280,
        scheme: 'light',
        ignoresPolicy: true,
      })
      for (const closed of await page.$$('details:not([open]) > summary')) await closed.click()
      assert.deepEqual([strayed, ran], [[], []], path)
      assert.deepEqual(await page.evaluate(HANDLERS), [], path)
      const protocols = (await page.evaluate(PROTOCOLS)) as string[]
      assert.deepEqual(
        protocols.filter((protocol) => !/^(https?|mailto):$/.test(protocol)),
        [],
        path,
      )
      await page.close()
    }
  })
})

/** What somebody with a telephone would have to push. */
const SIDEWAYS = `[...document.querySelectorAll('*')]
  .filter((each) => each.scrollWidth > each.clientWidth && /auto|scroll/.test(getComputedStyle(each).overflowX))
  .map((each) => 'scrolls sideways in ' + each.outerHTML.slice(0, 100))`
const HANDLERS = `[...document.querySelectorAll('*')].flatMap((each) => each.getAttributeNames()).filter((name) => name.startsWith('on'))`
const PROTOCOLS = `[...document.querySelectorAll('a[href]')].map((each) => each.protocol)`
