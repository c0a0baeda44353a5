// The keys that a registry serves: an offer to a person at a terminal, never a reason to trust.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { requireConsent, trustOf } from '../../../client/commands/add/consent.ts'
import { readServedKeys } from '../../../client/sources/served-keys.ts'
import type { Name } from '../../../schemas/name.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { renderKeys } from '../../../static-tree/render/keys.ts'
import { openTerminal } from '../../../terminal/terminal.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

async function aServing(t: TestContext) {
  const key = issueKey()
  const registry = await startStaticRegistry(t, [await aRelease(key)])
  const serve = (bytes: string | Buffer) => registry.files.set('keys/core.json', Buffer.from(bytes))
  serve(renderKeys('core' as Name, [key.trustKey]).bytes.toString())
  const folder = tempFolder(t)
  const octo = (...words: readonly string[]) =>
    octoIn({ cwd: folder, env: { OCTO_HOME: join(folder, 'store') } }, words)
  return { key, registry, serve, folder, octo }
}

test('without somebody to ask a served key is named, and never taken, whatever is said', async (t) => {
  const { octo, registry, folder, key } = await aServing(t)
  for (const words of [[], ['--yes'], ['--yes', '--json'], ['--quiet']]) {
    const { code, stderr } = await octo('add', registry.url(), ...words)
    assert.equal(code, 64, stderr)
    assert.ok(stderr.includes(key.trustKey.id), stderr)
    assert.match(stderr, /on another way than from the registry.*--key KEY --yes/)
    assert.ok(!existsSync(join(folder, 'octo.yaml')), words.join(' '))
  }
})

const terminal = openTerminal({ quiet: true })

test('on a terminal they are shown, and count when somebody says that they are the ones of their owner', async () => {
  const { trustKey } = issueKey()
  const asked: string[] = []
  const answering = (answer: string) => async (question: { readonly name: string }) => {
    asked.push(question.name)
    return answer
  }
  const served = async () => [trustKey]
  const setting = { name: 'core', terminal, served }
  const trust = await trustOf({}, { ...setting, ask: answering('') })
  assert.deepEqual([trust, asked], [{ kind: 'keys', keys: [trustKey] }, []])
  const repo = { name: 'core' as Name, url: 'https://plugins.example.org/repos/core.yaml', trust }
  const consent = (answer: string) => requireConsent(repo, undefined, { flags: {}, terminal, ask: answering(answer) })
  await expectCodeAsync('INTERRUPTED', () => consent('false'))
  await consent('true')
  assert.deepEqual(asked, Array(2).fill('Are these the keys that its owner told you?'))
  // Who says that the keys were compared, and names none, is asked for one.
  const typed = await trustOf({ yes: true }, { ...setting, ask: answering(publicKeyLine(issueKey().trustKey)) })
  assert.notDeepEqual(typed, trust)
})

test('what is served and cannot be used offers nothing, and what a key is counts before what it is called', async (t) => {
  const { registry, serve, key } = await aServing(t)
  const other = issueKey()
  const document = JSON.parse(renderKeys('core' as Name, [key.trustKey]).bytes.toString())
  const fetchText = async (url: URL) => registry.files.get(url.pathname.slice(1))?.toString()
  const read = () => readServedKeys(registry.url(), fetchText)
  assert.deepEqual(await read(), [key.trustKey])
  serve(JSON.stringify({ ...document, keys: [{ ...document.keys[0], id: other.trustKey.id }] }))
  assert.deepEqual(await read(), [key.trustKey])
  const useless: readonly unknown[] = [
    { ...document, repo: 'more' },
    { ...document, format: 'octo.keys/v9' },
    { ...document, keys: [{ ...document.keys[0], key: 'AAAA' }] },
    { ...document, keys: [{ ...document.keys[0], to: '2020-01-01T00:00:00.000Z' }] },
    { ...document, keys: [] },
    'text',
  ]
  for (const each of useless) {
    serve(JSON.stringify(each))
    assert.deepEqual(await read(), [], JSON.stringify(each))
  }
  registry.files.delete('keys/core.json')
  assert.deepEqual(await read(), [])
})

test('no key that was revoked is named', () => {
  const [good, revoked] = [issueKey().trustKey, issueKey().trustKey]
  const { bytes, path } = renderKeys('core' as Name, [good, { ...revoked, revoked: true }])
  assert.deepEqual(
    [path, JSON.parse(bytes.toString()).keys.map(({ id }: { id: string }) => id)],
    ['keys/core.json', [good.id]],
  )
})
