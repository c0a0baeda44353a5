// The text that Prometheus reads: whatever stands in a label stays one label of one line.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Family } from '../../../operator/metrics/exposition.ts'
import { renderExposition } from '../../../operator/metrics/exposition.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { parseExposition } from '../../support/assertions/parse-exposition.ts'
import { anyText } from '../../support/builders/any-text.ts'

function aFamily(more: Partial<Family> = {}): Family {
  return { name: 'octo_some_total', type: 'counter', help: 'Some.', samples: [{ labels: {}, value: 1 }], ...more }
}

test('a family is its help, its type and its samples', () => {
  const families = [
    aFamily({ samples: [{ labels: { service: 'web', how: 'error' }, value: 2.5 }] }),
    aFamily({
      ...{ name: 'octo_time_seconds', type: 'summary' as const, help: 'How long.' },
      samples: [
        { labels: { quantile: '0.5' }, value: Number.NaN },
        { labels: {}, part: 'sum', value: 1e21 },
        { labels: {}, part: 'count', value: Number.POSITIVE_INFINITY },
      ],
    }),
    aFamily({ name: 'octo_nothing', samples: [] }),
  ]
  assert.equal(
    renderExposition(families),
    [
      '# HELP octo_some_total Some.',
      '# TYPE octo_some_total counter',
      'octo_some_total{service="web",how="error"} 2.5',
      '# HELP octo_time_seconds How long.',
      '# TYPE octo_time_seconds summary',
      'octo_time_seconds{quantile="0.5"} NaN',
      'octo_time_seconds_sum 1e+21',
      'octo_time_seconds_count +Inf',
      '',
    ].join('\n'),
  )
})

const HOSTILE = [
  ...['', '"', '\\', '\\"', '\n', 'a\nocto_service_up 0', '"} 1\n# TYPE x gauge\nx 1', '\\n', '\r\n', '\0', '{a="b"}'],
  ...['é', '\u{1f600}', '\u2028', '__proto__', 'web,b="c"', '\ud800', ' ', '#', 'x'.repeat(10_000)],
]

test(`a label reads back as it was, however it is written (${HOSTILE.length} and any other)`, () => {
  const readBack = (text: string) => {
    const [sample] =
      parseExposition(renderExposition([aFamily({ samples: [{ labels: { text }, value: 1 }] })])).get('octo_some_total')
        ?.samples ?? []
    return sample?.labels.text
  }
  const expected = (text: string) => text.toWellFormed().slice(0, 256).toWellFormed()
  for (const text of HOSTILE) assert.equal(readBack(text), expected(text), JSON.stringify(text))
  fc.assert(fc.property(anyText(), (text) => readBack(text) === expected(text)))
})

test('a series that stands twice is written once, as a reader would refuse all of them', () => {
  const labels = { service: 'web' }
  const text = renderExposition([
    aFamily({
      samples: [
        { labels, value: 1 },
        { labels, value: 2 },
      ],
    }),
  ])
  assert.deepEqual(parseExposition(text).get('octo_some_total')?.samples, [
    { name: 'octo_some_total', labels, value: 1 },
  ])
})

test('what is no name of a metric or a label is a defect, and written nowhere', () => {
  for (const name of ['', '1a', 'a b', 'a{b="c"} 1\nx', 'ä'])
    expectCode('INTERNAL', () => renderExposition([aFamily({ name })]))
  expectCode('INTERNAL', () => renderExposition([aFamily({ samples: [{ labels: { 'a"b': 'c' }, value: 1 }] })]))
})
