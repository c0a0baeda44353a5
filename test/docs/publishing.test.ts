// The commands of docs/PUBLISHING.md, typed as they stand there.
import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parsePublicKey, publicKeyLine } from '../../schemas/trust-key.ts'
import { signElsewhere } from '../support/builders/elsewhere-signer.ts'
import { issueKey } from '../support/builders/test-authority.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { anAddingScene } from '../support/octo/adding-scene.ts'
import { blocksOf, blocksOfKind } from '../support/octo/document-blocks.ts'
import { typeOcto } from '../support/octo/in-process-octo.ts'
import { typeWell } from '../support/octo/typed-shell.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const PAGE = 'docs/PUBLISHING.md'
const commands = (kind: string) => blocksOfKind(PAGE, kind).join('\n')

/** Lines that README has as well are typed by `test/journeys/first-minutes.test.ts`. */
const OF_README = blocksOf('README.md', '### Write a plugin').flatMap(({ text }) =>
  text.split('\n').map((line) => line.replace(/ +#.*$/, '')),
)
/** Each builds, signs and installs the plugin first; nothing of it stays. */
const leavesNothing = (line: string) => /^octo (run|test) /.test(line)

test('a plugin is started, published, put through its states, and written as static files', async (t) => {
  const folder = tempFolder(t)
  const lines = commands('start').split('\n')
  const own = lines.filter((line) => !(leavesNothing(line) && OF_README.includes(line)))
  await typeWell(own.join('\n'), { cwd: folder })
  const registry = await startTestRegistry(t, { repos: [] })
  await registry.serving.registry.tree.drain()
  await registry.createRepo('acme', [parsePublicKey(readFileSync(join(folder, 'acme.pub'), 'utf8'), 'acme.pub')])
  writeFileSync(join(folder, 'acme.token'), (await registry.createToken(['acme/*:publish,yank,quarantine'])).token, {
    mode: 0o600,
  })
  const where = { cwd: folder, env: { OCTO_REGISTRY: registry.url } }
  assert.match(
    await typeWell(commands('publish'), where),
    /would publish acme\/my-check 0\.1\.0.*\nwhether the registry admits .+\npublished acme/,
  )
  const [write = '', publish = ''] = commands('elsewhere').split(/^# sign .*$/m)
  await typeWell(write, where)
  const privateKey = createPrivateKey(readFileSync(join(folder, 'acme.key')))
  const trustKey = parsePublicKey(readFileSync(join(folder, 'acme.pub'), 'utf8'), 'acme.pub')
  const bundle = signElsewhere(readFileSync(join(folder, 'statement.json')), { privateKey, trustKey })
  writeFileSync(join(folder, 'bundle.json'), bundle)
  assert.match(await typeWell(publish, where), /^unchanged acme\/my-check 0\.1\.0/)
  const said = await typeWell(commands('states'), where)
  assert.deepEqual(
    said.match(/(?<=is )\w+(, \w+)?/g),
    ['active, deprecated', 'active', 'yanked', 'active', 'quarantined', 'active'],
    said,
  )
  await typeWell(commands('static'), where)
  assert.ok(existsSync(join(folder, 'site/repos/acme/my-check/0.1.0/release.sigstore.json')))
})

test('a user goes along with a new key by the line that the page gives', async (t) => {
  const { octo, registry, keyLine, folder, read } = await anAddingScene(t)
  assert.equal((await octo('add', registry.url(), '--key', keyLine, '--yes')).code, 0)
  const next = issueKey().trustKey
  writeFileSync(join(folder, 'next.pub'), next.pem)
  await typeWell(commands('new-key'), { cwd: folder, env: { REPO: registry.url() } })
  assert.ok(read().endsWith(`        - ${keyLine}\n        - ${publicKeyLine(next)}\n`), read())
})

test('the CI examples are those that the shell template writes', async (t) => {
  const dir = join(tempFolder(t), 'my-check')
  assert.equal((await typeOcto(['init', dir, '--template', 'shell'])).code, 0)
  for (const [kind, file] of [
    ['workflow', '.github/workflows/plugin.yml'],
    ['pipeline', '.gitlab-ci.yml'],
  ] as const)
    assert.equal(commands(kind), readFileSync(join(dir, file), 'utf8').replace(/^#.*\n/gm, ''))
})
