// docs/SERVICE-PLUGINS.md, followed word for word in a fresh folder; and its tables, held to what the sdk is.
import assert from 'node:assert/strict'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { CAPABILITIES, CONTRACTS } from '../../schemas/contract/ocm/contracts.ts'
import type { Contract } from '../../schemas/contract/ocm/endpoints.ts'
import { parsePublicKey } from '../../schemas/trust-key.ts'
import * as sdk from '../../sdk/service/index.ts'
import { readStartConfig } from '../../sdk/service/start.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { blocksOfKind, tableRows } from '../support/octo/document-blocks.ts'
import { typeWell } from '../support/octo/typed-shell.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const CHECKOUT = join(import.meta.dirname, '../..')
const PAGE = 'docs/SERVICE-PLUGINS.md'
const commands = (kind: string) => blocksOfKind(PAGE, kind).join('\n')

test('the first plugin is started, changed, tested, built, called and published as the page says', async (t) => {
  const folder = tempFolder(t)
  const project = join(folder, 'my-gzip')
  // What the tests of the page load is read and compiled once.
  const NODE_COMPILE_CACHE = join(folder, 'compiled')
  const PATH = `${npmWithoutNetwork(folder)}:${join(process.execPath, '..')}:${process.env.PATH}`
  assert.match(await typeWell(commands('first'), { cwd: folder, env: { PATH, NODE_COMPILE_CACHE } }), /pass 2\n/)
  const source = join(project, 'src/plugin.ts')
  assert.equal(readFileSync(source, 'utf8'), commands('plugin'))
  edit(source, [
    ['createGzip }', 'createGunzip, createGzip }'],
    ['\n  ],\n', `\n${commands('second')}  ],\n`],
  ])
  const own = join(project, 'test/plugin.test.ts')
  edit(own, [['{ locationOf,', '{ type Location, locationOf,']])
  writeFileSync(own, `${readFileSync(own, 'utf8')}\n${commands('test')}`)
  const where = { cwd: project, env: { PATH, NODE_COMPILE_CACHE } }
  const built = await typeWell(commands('build'), where)
  assert.match(built, /pass 3\n/)
  assert.match(
    built,
    /^\{"capabilities":\[\{"supportedTransformerSpecTypes":\[.*"type":"MyGzip\/v1"\},.*"MyGunzip\/v1"\}\],"type":"blobTransformer"\}\]\}$/m,
  )

  writeFileSync(join(project, 'octo.yaml'), commands('call-config'))
  const packed = await calledBlob(where)
  assert.deepEqual(gunzipSync(readFileSync(packed)), readFileSync(join(project, 'package.json')))

  const registry = await startTestRegistry(t, { repos: [] })
  const [keygen = '', publish = ''] = commands('publish').trim().split('\n')
  await typeWell(keygen, where)
  await registry.createRepo('acme', [parsePublicKey(readFileSync(join(project, 'acme.pub'), 'utf8'), 'acme.pub')])
  writeFileSync(join(folder, 'acme.token'), (await registry.createToken(['acme/*:publish'])).token, { mode: 0o600 })
  const said = await typeWell(publish, { cwd: project, env: { ...where.env, OCTO_REGISTRY: registry.url } })
  assert.match(said, /^published acme\/my-gzip 0\.1\.0 \(1 artifact, /m)
  assert.deepEqual(await pluginsForOcm(registry.url, 'acme'), [['my-gzip', '0.1.0', OF_UNIX]])

  mkdirSync(join(folder, 'elsewhere'))
  copyFileSync(join(project, 'acme.pub'), join(folder, 'elsewhere/acme.pub'))
  const config = commands('use-config').replace('https://plugins.example.com', registry.url)
  writeFileSync(join(folder, 'elsewhere/octo.yaml'), config)
  writeFileSync(join(folder, 'elsewhere/package.json'), '{}')
  const elsewhere = { ...where, cwd: join(folder, 'elsewhere') }
  assert.equal(gunzipSync(readFileSync(await calledBlob(elsewhere))).toString(), '{}')
})

/** The file that the page's call answers with. */
async function calledBlob(where: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }) {
  const said = await typeWell(commands('call'), where)
  return /"value": "(\/[^"]+)"/.exec(said)?.[1] ?? assert.fail(said)
}

const OF_UNIX = ['darwin/amd64', 'darwin/arm64', 'linux/amd64', 'linux/arm64']

/** What `ocm plugin registry list` shows of a repo. */
async function pluginsForOcm(url: string, repo: string): Promise<unknown> {
  const component = `${url}/v2/${repo}/component-descriptors/octo.internal/${repo}`
  const get = async (path: string) => JSON.parse(await (await fetch(`${component}/${path}`)).text())
  const { tags } = await get('tags/list')
  const [layer] = (await get(`manifests/${tags[0]}`)).layers
  const { componentReferences } = (await get(`blobs/${layer.digest}`)).component
  return componentReferences.map(({ name, version, labels }: Reference) => [name, version, labels[0].value.platforms])
}

type Reference = {
  readonly name: string
  readonly version: string
  readonly labels: readonly [{ readonly value: { readonly platforms: readonly string[] } }]
}

/** `install` takes octo's own packages, and scripts are run as npm runs them. */
function npmWithoutNetwork(folder: string): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const run = `exec sh -c "$(sed -n "s/^    \\"$script\\": \\"\\(.*\\)\\",*$/\\1/p" package.json)"`
  const text = `#!/bin/sh
case "$1" in
install) exec ln -s '${join(CHECKOUT, 'node_modules')}' node_modules;;
run) script="$2";;
*) script="$1";;
esac
${run}
`
  writeFileSync(join(bin, 'npm'), text)
  chmodSync(join(bin, 'npm'), 0o755)
  return bin
}

function edit(file: string, changes: readonly (readonly [string, string])[]): void {
  const text = changes.reduce(
    (found, [from, to]) => {
      assert.ok(found.includes(from), from)
      return found.replace(from, to)
    },
    readFileSync(file, 'utf8'),
  )
  writeFileSync(file, text)
}

test('the table of capabilities has what the contracts have', () => {
  const rows = tableRows(PAGE, '## What a plugin can serve')
  const words = (cell = '') => cell.split(', ').map((word) => word.replaceAll('`', ''))
  assert.deepEqual(
    rows.map(([capability, handlers]) => [words(capability)[0], words(handlers)]),
    [...CAPABILITIES].sort().map((capability) => [capability, Object.keys(CONTRACTS[capability].endpoints)]),
  )
  for (const [capability = '', , subjects] of rows) {
    const { endpoints }: Contract = CONTRACTS[words(capability)[0] as sdk.Capability]
    const found = Object.values(endpoints).flatMap(({ path, subject }) =>
      subject && path !== '/identity' ? [subject.join('.')] : [],
    )
    assert.deepEqual(words(subjects), [...new Set(found)], capability)
    assert.equal(typeof (sdk as Record<string, unknown>)[words(capability)[0] ?? ''], 'function', capability)
  }
})

test('the config of the page is one', () => {
  const { id, idleTimeoutMs, configTypes } = readStartConfig(commands('config'))
  assert.deepEqual([id, idleTimeoutMs, configTypes.length], ['my-gzip', 3_600_000, 1])
})
