// Parts of a config by their path.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dataOf, parseTree } from '../../../config/document/node.ts'
import { partOf } from '../../../config/render/part-of.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const text = 'services: {web: {ports: [80, 81], a.b: {c: 1}}, web.old: {x: 2}}\nname: shop\n'
const root = parseTree(text, { name: 'octo.yaml', remote: false })

const found: readonly (readonly [path: string, data: unknown])[] = [
  ['name', 'shop'],
  ['services.web.ports', [80, 81]],
  ['services.web.ports.1', 81],
  ['services.web.a.b', { c: 1 }],
  ['services.web.a.b.c', 1],
]

for (const [path, data] of found) test(`finds ${path}`, () => assert.deepEqual(dataOf(partOf(root, path)), data))

const missing: readonly (readonly [path: string, message: string, command: string])[] = [
  ['servces', 'there is no `servces` in the config, did you mean `services`?', 'octo config show'],
  ['services.wbe.ports', 'there is no `wbe` in `services`, did you mean `services.web`?', 'octo config show services'],
  ['services.web.ports.2', 'there is no `2` in `services.web.ports`', 'octo config show services.web.ports'],
  ['services.web.ports.01', 'there is no `01` in `services.web.ports`', 'octo config show services.web.ports'],
  ['name.x', 'there is no `x` in `name`', 'octo config show name'],
  ['', 'there is no `` in the config', 'octo config show'],
]

for (const [path, message, command] of missing)
  test(`says what is there instead of ${path || 'nothing'}`, () => {
    const error = expectCode('NOT_FOUND', () => partOf(root, path))
    assert.equal(error.message, message)
    assert.equal(error.hint, `\`${command}\` shows what is there`)
  })
