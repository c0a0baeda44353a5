import assert from 'node:assert/strict'
import { test } from 'node:test'
import { belowSite } from '../../../../registry/server/http/site-path.ts'

const ROWS = [
  ['/octo/repos/core.json', '/octo', '/repos/core.json'],
  ['/repos/core.json', '/octo', '/repos/core.json'],
  ['/octo', '/octo', '/'],
  ['/octo?q=1', '/octo', '/?q=1'],
  ['/octo/', '/octo', '/'],
  ['/octopus/x', '/octo', '/octopus/x'],
  ['/a/b/api/v1/whoami', '/a/b', '/api/v1/whoami'],
  ['/api/v1/whoami', '', '/api/v1/whoami'],
  ['//octo/x', '/octo', '//octo/x'],
] as const

for (const [target, site, below] of ROWS)
  test(`${target} below ${site || 'a host of its own'} is ${below}`, () => {
    assert.equal(belowSite(target, site), below)
  })
