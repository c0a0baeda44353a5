// What a registry serves beside the documents of its plugins: the keys of a repo, and the schemas for editors.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addRepoKey, revokeKey } from '../../../registry/admin/repos.ts'
import { parseKeyDocument } from '../../../schemas/key-document.ts'
import type { Name } from '../../../schemas/name.ts'
import { renderSchemas } from '../../../static-tree/render/schemas.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

test('the keys that a repo admits are served as they are now, and schemas stand where editors look', async (t) => {
  const registry = await startTestRegistry(t)
  const { services } = registry.serving.registry
  const next = issueKey('ed25519').trustKey
  const ids = async () => {
    const answer = await fetch(`${registry.url}/keys/core.json`)
    return parseKeyDocument(await answer.text(), 'core.json').keys.map(({ id }) => id)
  }
  assert.deepEqual(await ids(), [registry.key.trustKey.id])
  await addRepoKey(services, 'core' as Name, next)
  assert.deepEqual(new Set(await ids()), new Set([registry.key.trustKey.id, next.id]))
  await revokeKey(services, 'core' as Name, registry.key.trustKey.id)
  assert.deepEqual(await ids(), [next.id])
  for (const path of ['keys/none.json', 'keys/core', 'keys/..%2fcore.json', 'keys/Core.json'])
    assert.equal((await fetch(`${registry.url}/${path}`)).status, 404, path)
  for (const { path, bytes } of renderSchemas()) {
    const answer = await fetch(`${registry.url}/${path}`)
    assert.deepEqual([answer.status, await answer.text()], [200, bytes.toString()], path)
    assert.match(answer.headers.get('content-type') ?? '', /application\/json/)
  }
})
