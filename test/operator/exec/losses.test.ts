// A check that its shared thread or process is lost with: started by itself only after two losses with no result between.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLosses } from '../../../operator/exec/losses.ts'

const check = () => ({ kind: 'map', value: {} }) as const

const runs: readonly (readonly [isOut: boolean, endings: string])[] = [
  [false, ''],
  [false, 'lost'],
  [true, 'lost lost'],
  [true, 'answered lost lost'],
  [true, 'lost answered lost lost'],
  [false, 'lost answered'],
  [false, 'lost answered lost'],
  [false, 'lost answered lost answered lost answered lost'],
]

for (const [isOut, endings] of runs)
  test(`a check whose runs were \`${endings}\` is ${isOut ? 'out' : 'asked where it was'}, and no other for it`, () => {
    const losses = openLosses()
    const [one, other] = [check(), check()]
    for (const ending of endings.split(' ')) {
      if (ending === 'lost') losses.lost(one)
      if (ending === 'answered') losses.answered(one)
    }
    assert.deepEqual([losses.isOut(one), losses.isOut(other)], [isOut, false])
  })
