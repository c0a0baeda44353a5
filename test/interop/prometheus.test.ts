// What `octo metrics` prints, read by the parser of Prometheus and judged by its promlint.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { renderExposition } from '../../operator/metrics/exposition.ts'
import { familiesOf } from '../../operator/services/metrics/families.ts'
import { parseExposition } from '../support/assertions/parse-exposition.ts'
import { someMetrics } from '../support/builders/some-metrics.ts'
import { findGoPeer } from '../support/machine/go-peer.ts'

const peer = findGoPeer('prometheus', 'PROMETHEUS_LINT_BIN')
const skip = 'missing' in peer ? peer.missing : false

const NAMES = ['web', 'a"b', 'a\\', 'a\nb 1', '{x="y"}', 'é\u{1f600}', '#', '']

test('the parser of Prometheus finds in it what stands in it, and promlint has nothing to say', { skip }, () => {
  for (const service of NAMES) {
    const text = renderExposition(familiesOf(someMetrics({ service })))
    const { stdout, stderr, status } = spawnSync('path' in peer ? peer.path : '', { input: text, encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    const { samples, labels, problems } = JSON.parse(stdout)
    assert.deepEqual(problems, [])
    assert.deepEqual(Object.keys(samples).sort(), [...parseExposition(text).keys()].sort())
    assert.deepEqual(labels.octo_service_up, ['config=/srv/shop/octo.yaml', `service=${service}`, 'replica=1'])
  }
})
