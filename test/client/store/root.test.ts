import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storeRootOf } from '../../../client/store/root.ts'

test('finds its root from the environment', () => {
  assert.equal(storeRootOf({ OCTO_HOME: '/o', XDG_CACHE_HOME: '/x', HOME: '/h' }, 'linux'), '/o')
  assert.equal(storeRootOf({ XDG_CACHE_HOME: '/x', HOME: '/h' }, 'linux'), '/x/octo')
  assert.equal(storeRootOf({ XDG_CACHE_HOME: 'relative', HOME: '/h' }, 'linux'), '/h/.cache/octo')
  assert.equal(storeRootOf({ HOME: '/h' }, 'darwin'), '/h/Library/Caches/octo')
})
