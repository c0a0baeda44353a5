// A mixed config has of each kind of check what it says, spread over all of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spreadKinds } from '../../bench/ours/spread-kinds.ts'

const AMOUNTS = [
  { core: 870, residents: 100, scripts: 30 },
  { core: 87, residents: 10, scripts: 3 },
  { core: 5, residents: 0, scripts: 5 },
  { core: 0, residents: 7, scripts: 1 },
]

test('there are as many of each kind as are wanted', () => {
  for (const amounts of AMOUNTS) {
    const found = Object.groupBy(spreadKinds(amounts), (kind) => kind)
    assert.deepEqual(
      { core: found.core?.length ?? 0, residents: found.residents?.length ?? 0, scripts: found.scripts?.length ?? 0 },
      amounts,
    )
  }
})

test('each tenth of the config has its share of each kind', () => {
  const kinds = spreadKinds({ core: 870, residents: 100, scripts: 30 })
  for (let at = 0; at < kinds.length; at += 100) {
    const tenth = kinds.slice(at, at + 100)
    const [scripts, residents] = (['scripts', 'residents'] as const).map(
      (wanted) => tenth.filter((kind) => kind === wanted).length,
    )
    assert.equal(scripts, 3)
    assert.ok(residents !== undefined && residents >= 9 && residents <= 11, `${residents} from ${at} on`)
  }
})
