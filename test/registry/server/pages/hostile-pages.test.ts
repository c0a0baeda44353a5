// What publishers and visitors write, everywhere it is shown: no page gets an element, attribute or address by it that is not its own.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { ReleasedManifest } from '../../../../schemas/manifest.ts'
import { triesEveryCase } from '../../../support/machine/full-form.ts'
import { HOSTILE_ADDRESSES, HOSTILE_TEXTS } from '../../../support/registry/hostile-markup.ts'
import { requirePlainPage } from '../../../support/registry/page-markup.ts'
import { pagesOf } from '../../../support/registry/served-pages.ts'

/** One text in every place of Markdown that takes one. */
function markdownOf(text: string): string {
  const line = text.replaceAll('\n', ' ')
  return [
    ...[
      text,
      `a ${text} b`,
      `# ${line}`,
      `- ${line}`,
      `> ${line}`,
      `\`${line}\``,
      `\`\`\`${line}\n${text}\n\`\`\``,
      `    ${line}`,
    ],
    ...[`[x](${line})`, `[x](<${line}>)`, `![${line}](${line})`, `[${line}](https://example.org/)`, `<${line}>`],
    ...[`[x](https://example.org/ "${line}")`, `[r]\n\n[r]: ${line}`, `[r2]\n\n[r2]: <${line}> '${line}'`],
    ...[
      `| ${line} | b |\n|---|---|\n| ${line} | [x](${line}) |`,
      `**${line}** ~~${line}~~`,
      `https://example.org/${line}`,
    ],
  ].join('\n\n')
}

/** The same text in all that a manifest says. Shapes would refuse some: the pages stand alone. */
function manifestOf(text: string): Partial<ReleasedManifest> {
  const schema = { type: text, pattern: text, format: text, default: text, examples: [text], description: text }
  return {
    ...{ description: text, license: text, category: text, readme: markdownOf(text) },
    // Both are rendered by the same code: every fourth text has all places in both, and all with OCTO_EVERY_CASE=1.
    changelog: triesEveryCase || HOSTILE_TEXTS.indexOf(text) % 4 === 0 ? markdownOf(text) : text,
    arguments: {
      properties: {
        [text]: schema,
        choice: { enum: [text, { [text]: text }] },
        bounds: { minimum: text, maximum: text },
      },
      required: [text, 'choice'],
    },
    needs: { network: [text], files: [text], secrets: [text] },
  }
}

/** Versions of one plugin: each page of one says what changed since the one before. */
const VERSIONS = 10

async function shownTo(t: TestContext, { texts, manifest }: Shown) {
  const { registry, get } = await pagesOf(t)
  const paths: string[] = []
  for (const [index, text] of texts.entries()) {
    const [plugin, version] = [`p-${Math.floor(index / VERSIONS)}`, `1.${index % VERSIONS}.0`]
    const artifact = { runtime: { name: 'sh', version: text } } as const
    const wish = { manifest: manifest(text), platforms: ['any'], artifact, deprecated: text, reason: text }
    await registry.publish(plugin, { ...wish, version, state: index % 2 === 0 ? 'active' : 'yanked' })
    paths.push(`${plugin}/${version}`)
    if (index % VERSIONS !== 0) continue
    await registry.publish(plugin, { ...wish, version: '0.1.0', state: 'quarantined' })
    paths.push(plugin, `${plugin}/0.1.0`)
  }
  return async function* pages() {
    for (const path of paths) {
      const { status, text: page } = await get(`/plugins/core/${path}`)
      assert.equal(status, 200)
      yield { page, where: path }
    }
  }
}

type Shown = { readonly texts: readonly string[]; manifest(text: string): Partial<ReleasedManifest> }

test('no text of a publisher becomes markup, whatever it is and wherever it stands', async (t) => {
  const pages = await shownTo(t, { texts: HOSTILE_TEXTS, manifest: manifestOf })
  for await (const { page, where } of pages()) {
    try {
      requirePlainPage(page)
    } catch (error) {
      assert.fail(`${where}: ${error instanceof Error ? error.message : error}`)
    }
  }
})

test('no address of a publisher leads anywhere but to the web and to mail', async (t) => {
  const addresses = HOSTILE_ADDRESSES.filter((address) => URL.canParse(address) && /^https?:/i.test(address))
  assert.ok(addresses.length > 3)
  const manifest = (address: string) => ({ homepage: address, source: address })
  const pages = await shownTo(t, { texts: addresses.filter((address) => new URL(address).username === ''), manifest })
  for await (const { page } of pages()) requirePlainPage(page)
})

test('no text of a publisher makes markup of a list, a search or the page of a repo, and no search of a visitor does', async (t) => {
  const { registry, get, index } = await pagesOf(t)
  for (const [number, text] of HOSTILE_TEXTS.slice(0, 20).entries()) {
    await registry.publish(`p-${number}`, { manifest: { description: text, category: text }, platforms: ['any'] })
    index(`p-${number}`, text)
  }
  const searches = HOSTILE_TEXTS.filter((_, at) => at % 6 === 0).map(
    (text) => `/search?q=${encodeURIComponent(text.toWellFormed())}`,
  )
  for (const path of ['/', '/plugins/core', '/search?q=p', '/newest', ...searches])
    requirePlainPage((await get(path)).text, ['repo-core'])
})

test('names of tokens and addresses that are not here become no markup', async (t) => {
  const { registry, get } = await pagesOf(t)
  await registry.publish('check-tcp')
  const token = { id: 'test', scopes: [], createdAt: 0, expiresAt: 1, secretSha256: 'x' }
  const audit = { at: 0, actor: 'operator', action: 'token-create', subject: 'test' } as const
  await registry.metadata.tokens.create({ ...token, name: '"><script>alert(1)</script>' }, audit)
  const { text } = await get('/plugins/core/check-tcp')
  assert.match(text, /with the token <code>&quot;&gt;&lt;script&gt;/)
  for (const hostile of HOSTILE_TEXTS.slice(0, 20))
    for (const path of [`/plugins/${encodeURIComponent(hostile)}`, `/plugins/core/${encodeURIComponent(hostile)}/x`])
      requirePlainPage((await get(path)).text)
  requirePlainPage(text)
})
