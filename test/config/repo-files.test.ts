// Files and images that a config brings for its services, as charts do: from the disk, from the web, filled in by templates, and by
// documents from elsewhere only where a local one says that it trusts them.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { operatorInput } from '../../config/model/operator-input.ts'
import type { WholeConfig } from '../../config/read-config.ts'
import { coded } from '../../schemas/errors.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { openWholeConfig } from '../support/machine/config-files.ts'
import { filesBelow, tempFolder } from '../support/machine/temp-folder.ts'

const WEB = 'https://x.example/charts/shop.yaml'

type Scene = { readonly files: Readonly<Record<string, string>>; readonly web?: Readonly<Record<string, string>> }

async function open(t: TestContext, { files, web = {} }: Scene, env: Readonly<Record<string, string>> = {}) {
  const state = tempFolder(t)
  const whole = await openWholeConfig(t, files, {
    env: { XDG_STATE_HOME: state, ...env },
    fetchText: async (url) => web[url] ?? assert.fail(`asked for ${url}`),
  })
  return { ...whole, state, mounted: () => mountedBy(whole) }
}

/** The host's side of each volume of the service `web`. */
function mountedBy({ effective }: WholeConfig): readonly string[] {
  const { services } = operatorInput(effective(), { name: 'x' })
  const { volumes = [] } = services.web as { volumes?: readonly string[] }
  return volumes.map((volume) => volume.replace(/:[^:]*$/, ''))
}

const mounts = (...names: readonly string[]) =>
  `services: {web: {volumes: [${names.map((name) => `"{{.repos.files.${name}.path}}:/etc/${name}"`).join(', ')}]}}\n`

test('a local file is used where it lies, and one with templates is filled in as a copy', async (t) => {
  const yaml = `${mounts('plain', 'filled')}configs: {web: {port: 80, hosts: [a, b]}}
repos: {files: {plain: {url: ./plain.txt}, filled: {url: ./filled.conf, template: true}}}\n`
  const filled =
    'listen {{.configs.web.port}}\n{{range .configs.web.hosts}}host {{.}}\n{{end}}{{toYaml .configs.web.hosts}}\nas {{.env.WHO}}\n'
  const { mounted, writeFiles, state } = await open(
    t,
    { files: { 'octo.yaml': yaml, 'plain.txt': '{{not a template', 'filled.conf': filled } },
    { WHO: 'me' },
  )
  const [plain = '', copy = ''] = mounted()
  assert.equal(readFileSync(plain, 'utf8'), '{{not a template')
  assert.equal(existsSync(copy), false, 'looking at a config writes nothing')
  await writeFiles()
  assert.equal(readFileSync(copy, 'utf8'), 'listen 80\nhost a\nhost b\n- a\n- b\nas me\n')
  assert.ok(copy.startsWith(state) && copy.endsWith('.conf'), copy)
  assert.deepEqual([statSync(copy).mode & 0o777, statSync(dirname(copy)).mode & 0o777], [0o644, 0o700])
  assert.deepEqual(filesBelow(state).length, 1)
})

test('two entries of one file are two copies, each as it was asked for', async (t) => {
  const url = 'https://x.example/a.conf'
  const yaml = `${mounts('plain', 'filled')}name: shop\nrepos: {files: {plain: {url: "${url}"}, filled: {url: "${url}", template: true}}}\n`
  const { mounted, writeFiles } = await open(t, { files: { 'octo.yaml': yaml }, web: { [url]: 'of {{.name}}' } })
  await writeFiles()
  assert.deepEqual(
    mounted().map((path) => readFileSync(path, 'utf8')),
    ['of {{.name}}', 'of shop'],
  )
})

test('a file of the web is copied, and what the config says next time replaces it', async (t) => {
  const url = 'https://x.example/files/csp.yaml?v=1'
  const web: Record<string, string> = { [url]: 'csp: one' }
  const { mounted, writeFiles } = await open(t, {
    files: { 'octo.yaml': `${mounts('csp')}repos: {files: {csp: {url: "${url}"}}}\n` },
    web,
  })
  for (const text of ['csp: one', 'csp: two']) {
    web[url] = text
    await writeFiles()
    assert.equal(readFileSync(mounted()[0] ?? '', 'utf8'), text)
  }
})

const CHART = `repos:
  files: {csp: {url: ../files/csp.yaml, template: true}}
  services: {web: {docker: {image: "acme/{{.configs.web.edition}}", tag: v1, command: ["--port={{.configs.web.port}}"]}}}
configs: {web: {port: 80}}
${mounts('csp')}`

const chart = (include: string): Scene => ({
  files: { 'octo.yaml': `include: [${include}]\nconfigs: {web: {edition: large}}\n` },
  web: { [WEB]: CHART, 'https://x.example/files/csp.yaml': 'for {{.configs.web.edition}} at {{.configs.web.port}}\n' },
})

test('a chart of the web brings images and files where its include says `trust: unsigned`', async (t) => {
  const { config, effective, mounted, writeFiles } = await open(t, chart(`{url: "${WEB}", trust: unsigned}`))
  const { repos } = operatorInput(effective(), { name: 'x' })
  assert.deepEqual(repos.services.web, {
    docker: { image: 'acme/large', tag: 'v1', command: ['--port=80'] },
  })
  await writeFiles()
  assert.equal(readFileSync(mounted()[0] ?? '', 'utf8'), 'for large at 80\n')
  assert.match(config.warnings.map(({ message }) => message).join(), /used without proof; whoever serves it decides/)
})

test('the word reaches all that the chart includes, and no other document', async (t) => {
  const inner = 'https://x.example/charts/inner.yaml'
  const scene = { ...chart(''), web: { [WEB]: 'include: [inner.yaml]\n', [inner]: CHART } }
  const trusted = `include: [{url: "${WEB}", trust: unsigned}]\nconfigs: {web: {edition: a}}\n`
  const { effective } = await open(t, { ...scene, files: { 'octo.yaml': trusted } })
  assert.ok(operatorInput(effective(), { name: 'x' }).repos.services.web)
  const other = `include: [{url: "https://x.example/none.yaml", trust: unsigned}, "${WEB}"]\n`
  const web = { ...scene.web, 'https://x.example/none.yaml': 'configs: {a: 1}\n' }
  await expectCodeAsync('CONFIG_INVALID', () => open(t, { web, files: { 'octo.yaml': other } }))
})

const REFUSED: Readonly<Record<string, { readonly include: string; readonly web: string; readonly says: RegExp }>> = {
  'images of a document that nobody trusts': {
    include: `"${WEB}"`,
    web: 'repos: {services: {web: {docker: {image: evil}}}}',
    says: /may not write `repos\.services`/,
  },
  'files of a document that nobody trusts': {
    include: `"${WEB}"`,
    web: 'repos: {files: {a: {url: ./a}}}',
    says: /may not write `repos\.files`/,
  },
  'a document that trusts what it includes': {
    include: `"${WEB}"`,
    web: 'include: [{url: b.yaml, trust: unsigned}]',
    says: /may not write `include\.trust`/,
  },
  'another word': { include: `{url: "${WEB}", trust: all}`, web: 'a: 1', says: /`trust` of an include can only be/ },
  'repos of a document that is trusted so': {
    include: `{url: "${WEB}", trust: unsigned}`,
    web: 'repos: {include: [{url: "https://evil.example/e.yaml"}]}',
    says: /may not write `repos\.include`/,
  },
  'programs of a document that is trusted so': {
    include: `{url: "${WEB}", trust: unsigned}`,
    web: 'repos: {tools: {t: {baremetal: {binary: {}}}}}',
    says: /may not write `repos\.tools`/,
  },
  'a file of this machine': {
    include: `{url: "${WEB}", trust: unsigned}`,
    web: 'repos: {files: {a: {url: "file:///etc/passwd"}}}',
    says: /may only include `https:\/\/`/,
  },
}

for (const [title, { include, web, says }] of Object.entries(REFUSED))
  test(`refused: ${title}`, async (t) => {
    const pages = { [WEB]: `${web}\n`, 'https://x.example/charts/b.yaml': 'b: 1\n' }
    const scene = { files: { 'octo.yaml': `include: [${include}]\n` }, web: pages }
    const { message } = await expectCodeAsync('CONFIG_INVALID', () => open(t, scene))
    assert.match(message, says)
  })

test('a file from elsewhere reads no environment variable, and nothing that its include does not offer', async (t) => {
  const file = 'https://x.example/files/csp.yaml'
  for (const [text, local] of [
    ['{{.env.SECRET}}', 'configs: {web: {edition: a}}\n'],
    ['{{.configs.web.edition}}', 'configs: {web: {edition: "{{.env.SECRET}}"}}\n'],
    ['{{range $k, $v := .env}}{{$v}}{{end}}', 'configs: {web: {edition: a}}\n'],
    ['{{.configs.db.password}}', 'configs: {web: {edition: a}, db: {password: p}}\n'],
    ['{{.octoctl.token}}', 'configs: {web: {edition: a}}\noctoctl: {token: t}\n'],
  ] as const) {
    const yaml = `include: [{url: "${WEB}", trust: unsigned, offers: [configs.web]}]\n${local}`
    const files = { 'octo.yaml': yaml }
    const { writeFiles, state } = await open(t, { files, web: { [WEB]: CHART, [file]: text } }, { SECRET: 'hush' })
    await expectCodeAsync('CONFIG_INVALID', writeFiles)
    assert.deepEqual(filesBelow(state), [])
  }
})

test('a local file with a fetched value in it reads no environment variable, and each alone it does', async (t) => {
  const files = { 'octo.yaml': `include: ["${WEB}"]\nrepos: {files: {f: {url: ./f.conf, template: true}}}\n` }
  const write = async (text: string) => {
    const scene = { files: { ...files, 'f.conf': text }, web: { [WEB]: 'configs: {theirs: evil.example}\n' } }
    const { writeFiles, state } = await open(t, scene, { SECRET: 'hush' })
    return { writeFiles, state }
  }
  for (const text of ['{{.configs.theirs}}', '{{.env.SECRET}}']) {
    const { writeFiles, state } = await write(text)
    await writeFiles()
    assert.equal(filesBelow(state).length, 1)
  }
  const { writeFiles, state } = await write('{{.configs.theirs}}/?key={{.env.SECRET}}')
  const error = await expectCodeAsync('CONFIG_INVALID', writeFiles)
  assert.match(error.message, /may not read the environment variable `SECRET`, nor be part of a value that holds it/)
  assert.deepEqual(filesBelow(state), [])
})

test('what is missing, too large or too many is said with its name', async (t) => {
  const reading = (files: Scene['files']) => open(t, { files }).then(({ writeFiles }) => writeFiles())
  const one = (fields: string) => ({ 'octo.yaml': `repos: {files: {a: {${fields}}}}\n` })
  const missing = await expectCodeAsync('CONFIG_NOT_FOUND', () => reading(one('url: ./none')))
  assert.match(missing.message, /none` of `repos\.files\.a` cannot be read/)
  await expectCodeAsync('CONFIG_NOT_FOUND', () => reading(one('url: /dev/zero, template: true')))
  await expectCodeAsync('LIMIT_EXCEEDED', () => reading({ ...one('url: ./big'), big: 'x'.repeat(1024 * 1024 + 1) }))
  await expectCodeAsync('CONFIG_INVALID', () => reading(one('template: true')))
  await expectCodeAsync('CONFIG_INVALID', () => reading(one('url: "./{{.name}}"')))
  await expectCodeAsync('CONFIG_INVALID', () => reading({ ...one('url: ./t, template: true'), t: '{{.none}}' }))
  const many = Array.from({ length: 65 }, (_, at) => `f${at}: {url: ./x}`).join(', ')
  await expectCodeAsync('CONFIG_INVALID', () => reading({ 'octo.yaml': `repos: {files: {${many}}}\n` }))
  const offline = await openWholeConfig(t, one('url: "https://x.example/a"'), {
    env: { XDG_STATE_HOME: join(tempFolder(t), 'state') },
  })
  const { message, hint } = await expectCodeAsync('OFFLINE', offline.writeFiles)
  assert.match(message, /^file `https:\/\/x\.example\/a` is needed from the network/)
  assert.match(hint ?? '', /^run the same command once with network/)
})

test('what the network says of a file is said on, and without network it is the file that is missing, not a config', async (t) => {
  for (const [code, says] of [
    ['OFFLINE', /^file `https:\/\/x\.example\/a` is needed from the network, and that is not allowed$/],
    ['FETCH_FAILED', /^as the network said$/],
    ['FETCH_REFUSED', /^as the network said$/],
    ['LIMIT_EXCEEDED', /^as the network said$/],
  ] as const) {
    const state = tempFolder(t)
    const { writeFiles } = await openWholeConfig(
      t,
      { 'octo.yaml': 'repos: {files: {a: {url: "https://x.example/a"}}}\n' },
      {
        env: { XDG_STATE_HOME: state },
        fetchText: () => Promise.reject(coded(code, { message: 'as the network said' })),
      },
    )
    assert.match((await expectCodeAsync(code, writeFiles)).message, says)
    assert.deepEqual(filesBelow(state), [])
  }
})
