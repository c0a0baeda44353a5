// What others wrote is looked at by a clock, for which Node opens files of its own: where it gets none it ends the process at once.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'

const skip = process.platform === 'win32' && 'there is no ulimit'
const at = (path: string) => JSON.stringify(new URL(`../../../${path}`, import.meta.url).href)

/** Asks once, then for others with so few files left that Node gets none for its clock, and for these once more when they are closed. */
const SCRIPT = `
import { closeSync, openSync } from 'node:fs'
import { fitArguments } from ${at('config/validate-arguments.ts')}
import { requireFitting } from ${at('operator/ocm/request/fits-schema.ts')}
import { openMarkdown } from ${at('registry/server/pages/markdown/markdown.ts')}
import { inTime } from ${at('system/async/in-time.ts')}

const markdown = openMarkdown()
const known = { type: 'object' }
// Nobody can count its steps.
const endless = { properties: { a: { pattern: '^(a+)+$' } } }
let [config, call, page] = [known, known, 0]
const fit = async (schema, value = {}) => (await fitArguments({ kind: 'map', value, texts: {} }, { plugin: 'p', schema })).problems.length
const asks = {
  work: () => inTime(() => 'done', 10_000),
  known: () => fit(endless, { a: 'a'.repeat(9) }),
  config: () => fit(config),
  call: async () => (await requireFitting({}, { type: 'T/v1', schema: call }, 'p')) ?? 'fits',
  page: async () => /<h\\d/.test(await markdown.show('# a', 'readme' + page)),
}
const askAll = async () => {
  for (const [name, ask] of Object.entries(asks))
    console.log(name, await Promise.resolve().then(ask).catch((error) => error.code + ' ' + error.details?.reason))
}
await askAll();
[config, call, page] = [{ type: 'object' }, { type: 'object' }, 1]
const files = []
try { for (;;) files.push(openSync('/dev/null')) } catch {}
for (let left = 0; left < 4; left += 1) {
  console.log('left', left)
  await askAll()
  closeSync(files.pop())
}
for (const file of files) closeSync(file)
console.log('closed')
await askAll()
`
const WELL = ['work done', 'known 0', 'config 0', 'call fits', 'page true']
const SHORT = [...['work', 'known', 'config', 'call'].map((name) => `${name} IO_FAILED EMFILE`), 'page false']

test('a process that has too many files open says so, and checks again when it has fewer', { skip }, () => {
  const node = [process.execPath, ...FROM_SOURCES, '--input-type=module-typescript', '-e', SCRIPT]
  const said = execFileSync('sh', ['-c', 'ulimit -n 120; ulimit -c 0; exec "$@"', 'sh', ...node], { encoding: 'utf8' })
  const short = [0, 1, 2, 3].flatMap((left) => [`left ${left}`, ...SHORT])
  assert.deepEqual(said.trim().split('\n'), [...WELL, ...short, 'closed', ...WELL])
})
