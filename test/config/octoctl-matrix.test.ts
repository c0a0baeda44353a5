// Configs are merged as octoctl merges them: its own outputs for a matrix of configs stand in a fixture, and every difference is
// said with its reason. Where OCTOCTL_BIN names the real octoctl, it is asked again.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { dataOf } from '../../config/document/node.ts'
import { readWholeConfig } from '../../config/read-config.ts'
import { writeConfigFiles } from '../support/machine/config-files.ts'
import type { MatrixCase } from '../support/octoctl/octoctl-matrix/cases.ts'
import { CASES } from '../support/octoctl/octoctl-matrix/cases.ts'
import type { Outcome } from '../support/octoctl/octoctl-matrix/run-octoctl.ts'
import { askOctoctl, compared, FIXTURE } from '../support/octoctl/octoctl-matrix/run-octoctl.ts'

const recorded = new Map<string, Outcome>(JSON.parse(readFileSync(FIXTURE, 'utf8')))
const BASE = 'http://127.0.0.1:9'
type Context = Parameters<typeof writeConfigFiles>[0]

for (const one of CASES)
  test(`${one.what}: ${'otherwise' in one ? `not as octoctl, ${one.otherwise?.because}` : 'as octoctl'}`, async (t) => {
    const octoctl =
      recorded.get(one.what) ??
      assert.fail('write the fixture anew: OCTOCTL_BIN=… node test/support/octoctl/octoctl-matrix/run-octoctl.ts')
    const { otherwise } = one
    if (otherwise && 'refuses' in otherwise) return assert.rejects(dataFor(t, one), otherwise.refuses)
    const ours = await dataFor(t, one)
    assert.deepEqual(
      ours,
      otherwise ? otherwise.gives : 'data' in octoctl ? octoctl.data : assert.fail('octoctl refuses it'),
    )
    // A difference that is none any more is no longer said.
    if (otherwise) assert.notDeepEqual(octoctl, { data: ours })
  })

const named = process.env.OCTOCTL_BIN
test('octoctl still gives what the fixture holds', {
  skip: named ? false : 'OCTOCTL_BIN names no octoctl',
}, async () => {
  const outcomes = await askOctoctl(named ?? '')
  assert.deepEqual(
    outcomes.map((outcome, index) => [CASES[index]?.what, outcome]),
    [...recorded],
  )
})

async function dataFor(t: Context, { files, named: paths = ['a.yaml'] }: MatrixCase): Promise<unknown> {
  const texts = Object.entries(files).map(([name, text]) => [name, text.replaceAll('BASE', BASE)] as const)
  const web = new Map(
    texts.filter(([name]) => name.startsWith('web/')).map(([name, text]) => [`${BASE}${name.slice(3)}`, text]),
  )
  const cwd = await writeConfigFiles(t, Object.fromEntries(texts.filter(([name]) => !name.startsWith('web/'))))
  const fetchText = async (url: string) => web.get(url) ?? assert.fail(url)
  const { effective } = await readWholeConfig(paths, { cwd, env: {}, fetchText, platform: 'linux', arch: 'x64' })
  const { root } = effective()
  return compared(root ? dataOf(root) : {})
}
