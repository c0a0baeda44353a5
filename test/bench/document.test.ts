// The page that is rendered from a run.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { renderDocument } from '../../bench/document.ts'
import type { BenchmarkResult, RunResult } from '../../bench/model.ts'
import { REASONS } from '../../bench/reasons.ts'

const speed: BenchmarkResult = {
  name: 'speed',
  title: 'GET of a thing',
  unit: 'requests/s',
  figures: [
    { name: 'octo', samples: [10_000, 11_000, 12_000] },
    { name: 'nginx', samples: [20_000, 22_000, 24_000] },
  ],
  aims: [{ ours: 'octo', peer: 'nginx', compare: 'ratio', bound: 'at least', limit: 0.6 }],
  absent: [],
  note: '50 connections',
}

const run: RunResult = {
  format: 'octo.bench/v1',
  date: '2026-01-31',
  command: 'npm run bench',
  quick: false,
  machine: { cores: '2 × x64' },
  versions: { node: '26.10.0' },
  benchmarks: [speed],
  absent: [{ name: 'mise exec', kind: 'missing', reason: 'no network' }],
}

test('a row gives both figures, the comparison, the aim and whether it was met', () => {
  const line = '| GET of a thing | octo | 11 000/s | nginx | 22 000/s | 0.5 × | at least 0.6 × | missed |'
  assert.ok(renderDocument(run).includes(line))
})

test('the page names the command, what was missed, what is missing and how it was measured', () => {
  const page = renderDocument(run)
  for (const part of [
    'npm run bench',
    '- **GET of a thing**: why, is not known yet.',
    '- mise exec: missing',
    '50 connections',
  ])
    assert.ok(page.includes(part), part)
  assert.ok(!page.includes('quick run'))
})

test('a missed aim is told with its reason, and each reason is of a benchmark that there is', () => {
  const page = renderDocument({ ...run, benchmarks: [{ ...speed, name: 'install-cold' }] })
  assert.ok(page.includes(`- **GET of a thing**: ${REASONS['install-cold']}.`))
  const saved: RunResult = JSON.parse(readFileSync(new URL('../../bench/results/latest.json', import.meta.url), 'utf8'))
  const names = saved.benchmarks.map(({ name }) => name)
  for (const name of Object.keys(REASONS)) assert.ok(names.includes(name), name)
})

test('a quick run says that it is no measurement', () => {
  assert.match(renderDocument({ ...run, quick: true }), /quick run/)
})
