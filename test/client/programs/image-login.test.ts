// Who reads at a registry of images, and where passwords go: to read one repository, and never without encryption.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { anImageScene, at } from '../../support/client/image-scene.ts'

const PASSWORD = { user: 'me', password: 'p:w' }

test('a token is asked for to read one repository and nothing else, with a login where there is one', async (t) => {
  const open = await anImageScene(t, {})
  await open.provide(open.source(open.registry.image({ layers: [[at('web')]] }).digest, { binary: 'web' }))
  assert.deepEqual([...new Set(open.registry.scopes)], ['repository:acme/web:pull'])
  const { registry, source, provide, folder } = await anImageScene(t, { login: PASSWORD })
  const { digest } = registry.image({ layers: [[at('web')]] })
  const web = source(digest, { binary: 'web' })
  const { hint } = await expectCodeAsync('UNAUTHENTICATED', () => provide(web))
  assert.match(hint ?? '', /^a login for .* is taken from ~\/\.netrc, OCTO_CREDENTIALS or `docker login`$/)
  const auth = Buffer.from(`${PASSWORD.user}:${PASSWORD.password}`).toString('base64')
  mkdirSync(join(folder, '.docker'))
  const file = join(folder, '.docker', 'config.json')
  writeFileSync(file, JSON.stringify({ auths: { [registry.host]: { auth } } }), { mode: 0o644 })
  await expectCodeAsync('TOKEN_UNREADABLE', () => provide(web))
  chmodSync(file, 0o600)
  assert.ok((await provide(web)).path)
})

test('logins of netrc are used, for tokens and without them', async (t) => {
  for (const rules of [{ login: PASSWORD }, { login: PASSWORD, basic: true }]) {
    const { registry, source, provide, folder } = await anImageScene(t, rules)
    writeFileSync(join(folder, '.netrc'), 'machine 127.0.0.1 login me password p:w\n', { mode: 0o600 })
    assert.ok((await provide(source(registry.image({ layers: [[at('web')]] }).digest, { binary: 'web' }))).path)
  }
})

test('a password goes to no address for tokens that is not encrypted', async (t) => {
  const { registry, source, provide, folder } = await anImageScene(t, {
    login: PASSWORD,
    realm: 'http://tokens.example/token',
  })
  writeFileSync(join(folder, '.netrc'), 'default login me password p:w\n', { mode: 0o600 })
  const { message } = await expectCodeAsync('FETCH_REFUSED', () =>
    provide(source(registry.image({ layers: [[at('web')]] }).digest, { binary: 'web' })),
  )
  assert.match(message, /expected an address of `https`/)
})
