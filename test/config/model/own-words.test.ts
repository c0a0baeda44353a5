// What a local document runs has no part from elsewhere, by whatever template it would get there.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { stringify } from 'yaml'
import type { ServiceSpec } from '../../../config/model/service-spec.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

type Given = { readonly local: object; readonly fetched: unknown }

function read(t: TestContext, { local, fetched }: Given) {
  const text = stringify({ include: ['https://x.example/shared.yaml'], ...local })
  return readFiles(t, { 'octo.yaml': text }, { fetchText: async () => stringify(fetched) })
}

async function spec(t: TestContext, given: Given): Promise<ServiceSpec> {
  const found = (await read(t, given)).services.find(({ name }) => name === 'web')?.spec
  if (isCoded(found)) throw found
  assert.ok(found)
  return found
}

/** Each local value takes one from elsewhere by a template; whether it may. */
const TAKEN: readonly (readonly [what: string, service: object, isTaken: boolean])[] = [
  ['a word of the command', { command: ['/bin/web', '{{.configs.web.word}}'] }, false],
  ['the folder', { command: ['/bin/web'], working_dir: '{{.configs.web.word}}' }, false],
  ['a word for a local plugin', { plugin: 'nats', args: ['{{.configs.web.word}}'] }, false],
  ['a named word for a local plugin', { plugin: 'nats', args: { a: { b: ['{{.configs.web.word}}'] } } }, false],
  ['a variable', { command: ['/bin/web'], environment: { A: '{{.configs.web.word}}' } }, true],
  ['a variable of a list', { command: ['/bin/web'], environment: ['A={{.configs.web.word}}'] }, true],
  ['where programs are', { command: ['/bin/web'], environment: { PATH: '/bin:{{.configs.web.word}}' } }, false],
  ['what a loader reads', { command: ['/bin/web'], environment: ['LD_PRELOAD={{.configs.web.word}}'] }, false],
  ['what a runtime reads', { command: ['/bin/web'], environment: { NODE_OPTIONS: '{{.configs.web.word}}' } }, false],
  [
    'the name of a variable that a loader reads',
    { command: ['/bin/web'], environment: ['{{.configs.web.name}}=/tmp/a.so'] },
    false,
  ],
]

test(`a value from elsewhere gets into variables, and decides nothing of what runs (${TAKEN.length})`, async (t) => {
  const fetched = { configs: { web: { word: 'x', name: 'LD_AUDIT' } } }
  for (const [what, service, isTaken] of TAKEN) {
    const found = await spec(t, { local: { services: { web: { octocompose: service } } }, fetched }).catch(
      (error: Error) => error.message,
    )
    if (isTaken) assert.equal(typeof found, 'object', what)
    else assert.match(String(found), /may not say a part of what is run/, what)
  }
})

const WORDS: readonly (readonly [phase: string, args: unknown])[] = ['preflight', 'init', 'health'].flatMap((phase) => [
  [phase, ['{{.configs.web.word}}']] as const,
  [phase, { args: ['{{.configs.web.word}}'] }] as const,
  [phase, { args: [], env: { LD_PRELOAD: '{{.configs.web.word}}' } }] as const,
])

test(`words of a local run-service have no part from elsewhere (${WORDS.length})`, async (t) => {
  const fetched = { configs: { web: { word: 'x' } } }
  for (const [phase, args] of WORDS)
    for (const tool of ['run-service', 'operator-run', 'run']) {
      const local = { services: { web: { octocompose: { command: ['/bin/web'], [phase]: [{ tool, args }] } } } }
      const { message } = await expectCodeAsync('CONFIG_INVALID', () => read(t, { local, fetched }))
      assert.match(message, /may not say a part of what is run/)
      await read(t, { local: { ...local, configs: { web: { word: 'x' } } }, fetched: { name: 'x' } })
    }
})
