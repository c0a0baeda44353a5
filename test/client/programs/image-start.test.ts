// Which file of an image is its program, and with which words it is started.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anImageScene, at } from '../../support/client/image-scene.ts'

const STARTS: readonly (readonly [
  what: string,
  config: object,
  binary: string | undefined,
  entry: string[],
  words: string[],
])[] = [
  ['Cmd alone', { Cmd: ['/app/web', 'a'] }, undefined, [], ['a']],
  [
    'a name in the PATH of the image',
    { Entrypoint: ['web'], Cmd: ['a'], Env: ['PATH=/bin:/app'] },
    undefined,
    [],
    ['a'],
  ],
  ['a path from its working directory', { Entrypoint: ['./web'], WorkingDir: '/app' }, undefined, [], []],
  ['another program than its entrypoint', { Entrypoint: ['/bin/sh', '-c'], Cmd: ['web'] }, 'app/web', [], []],
  ['the same program by its path', { Entrypoint: ['/app/web', 'x'] }, 'app/web', ['x'], []],
  ['null where others write nothing', { Entrypoint: null, Cmd: ['/app/web'], Env: null }, undefined, [], []],
]

for (const [what, config, binary, entry, words] of STARTS)
  test(`an image says how it is started: ${what}`, async (t) => {
    const { registry, source, provide } = await anImageScene(t)
    const { digest } = registry.image({ layers: [[at('app/web')]], config })
    const program = await provide(source(digest, binary === undefined ? {} : { binary }))
    assert.deepEqual([program.entry, program.words], [entry, words])
  })

test('variables of an image reach its program, but for those that name files of the image', async (t) => {
  const { registry, source, provide } = await anImageScene(t)
  const loaders = ['LD_PRELOAD=/tmp/a.so', 'LD_LIBRARY_PATH=/app', 'LD_AUDIT=/tmp/b.so']
  const config = { Entrypoint: ['web'], Env: ['PATH=/app', ...loaders, 'LDAP=a', 'A=b=c'] }
  const { digest } = registry.image({ layers: [[at('app/web')]], config })
  const { environment } = await provide(source(digest))
  assert.deepEqual(environment, { LDAP: 'a', A: 'b=c' })
})
