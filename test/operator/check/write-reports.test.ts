// The reports of a run: measures in a file and at a collector, a page for people, and what happens where one cannot be written.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CheckOutcome } from '../../../operator/check/outcome.ts'
import { renderHtml } from '../../../operator/check/render-html.ts'
import { renderJunit } from '../../../operator/check/render-junit.ts'
import { requireReports, writeReports } from '../../../operator/check/write-reports.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { parseExposition } from '../../support/assertions/parse-exposition.ts'
import { aRun } from '../../support/builders/check-run.ts'
import { listening } from '../../support/machine/listening.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const WITHOUT_PIPES = process.platform === 'win32' && 'Windows has no pipes in its folders'
const QUIETLY = { env: {}, warn: (line: string) => assert.fail(line) }
const HOSTILE = '<script>alert(1)</script> "&\' \u001b[2J \ud800'

function anOutcome(more: Partial<CheckOutcome> = {}): CheckOutcome {
  return {
    ...{ service: 'web', phase: 'health', plugin: 'check-disk', version: '1.0.0', status: 'ok', summary: 'fine' },
    ...{ attempts: 1, durationMs: 250, log: [], place: { file: '/x/octo.yaml', line: 9 } },
    ...more,
  } as CheckOutcome
}

const RUN = aRun(
  [
    anOutcome({ metrics: [{ name: 'free', value: 12.5, unit: '%' }] }),
    anOutcome({ status: 'critical', mark: 'path=/var', summary: HOSTILE, furtherLines: [HOSTILE] }),
    anOutcome({ service: HOSTILE, status: 'skipped', durationMs: 0 }),
  ],
  1500,
)

test('measures of a run are a file for the textfile collector, readable for others only where that is said', async (t) => {
  const file = join(tempFolder(t), 'checks.prom')
  await writeReports(RUN, { metrics: file }, QUIETLY)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const families = [...parseExposition(readFileSync(file, 'utf8')).values()]
  const samples = families.flatMap((family) => family.samples)
  const value = (name: string, labels: Readonly<Record<string, string>>) =>
    samples.find((one) => one.name === name && Object.entries(labels).every(([key, text]) => one.labels[key] === text))
      ?.value
  assert.equal(value('octo_check_run_passed', { config: '/x/octo.yaml' }), 0)
  assert.equal(value('octo_check_run_duration_seconds', {}), 1.5)
  assert.equal(value('octo_check_run_status', { service: 'web', mark: 'path=/var', status: 'critical' }), 1)
  assert.equal(value('octo_check_run_status', { service: 'web', mark: 'path=/var', status: 'ok' }), 0)
  assert.equal(value('octo_check_run_check_duration_seconds', { mark: '' }), 0.25)
  assert.equal(value('octo_check_run_value', { metric: 'free', unit: '%' }), 12.5)
  await writeReports(RUN, { metrics: file, worldReadable: true }, QUIETLY)
  assert.equal(statSync(file).mode & 0o777, 0o644)
})

test('a pipe that is named for measures is written to, and stays a pipe', { skip: WITHOUT_PIPES }, async (t) => {
  const pipe = join(tempFolder(t), 'checks.prom')
  execFileSync('mkfifo', [pipe])
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK)
  t.after(() => closeSync(reader))
  await writeReports(RUN, { metrics: pipe }, QUIETLY)
  assert.ok(statSync(pipe).isFIFO())
  assert.ok(parseExposition(readFileSync(reader, 'utf8')).has('octo_check_run_passed'))
})

test('a name of the system for a device is none to rename over', { skip: WITHOUT_PIPES }, async (t) => {
  const kept = join(tempFolder(t), 'out.txt')
  const file = openSync(kept, 'a')
  t.after(() => closeSync(file))
  writeSync(file, '# the outcomes\n')
  // As `/dev/stdout` is: a link that the system gives, to whatever this process has open.
  await writeReports(RUN, { metrics: `/dev/fd/${file}` }, QUIETLY)
  const text = readFileSync(kept, 'utf8')
  assert.ok(text.startsWith('# the outcomes\n'))
  assert.ok(text.includes('octo_check_run_passed'))
})

for (const kind of ['metrics', 'junit', 'html'] as const)
  test(`a pipe that nobody reads is not waited for by ${kind}`, { skip: WITHOUT_PIPES }, async (t) => {
    const folder = tempFolder(t)
    const [pipe, link] = [join(folder, 'pipe'), join(folder, 'link')]
    execFileSync('mkfifo', [pipe])
    symlinkSync(pipe, link)
    for (const path of kind === 'metrics' ? [pipe] : [pipe, link])
      await expectCodeAsync('IO_FAILED', () => writeReports(RUN, { [kind]: path }, QUIETLY))
  })

test('a socket in the place of a report is not called a pipe', { skip: WITHOUT_PIPES }, async (t) => {
  const path = join(tempFolder(t), 'socket')
  await listening(t, createServer(), { path })
  for (const kind of ['junit', 'html'])
    assert.match(
      (await expectCodeAsync('IO_FAILED', () => writeReports(RUN, { [kind]: path }, QUIETLY))).message,
      /ENXIO/,
    )
})

for (const kind of ['junit', 'html'] as const)
  test(`what this process has open keeps what it held before ${kind}`, { skip: WITHOUT_PIPES }, async (t) => {
    const kept = join(tempFolder(t), 'build.log')
    const file = openSync(kept, 'a')
    t.after(() => closeSync(file))
    writeSync(file, 'built\n')
    await writeReports(RUN, { [kind]: `/dev/fd/${file}` }, QUIETLY)
    const text = readFileSync(kept, 'utf8')
    assert.ok(text.startsWith('built\n<'), text.slice(0, 40))
  })

test('`-` is no file beside the config, and the error says how standard output is named', () => {
  for (const kind of ['junit', 'html', 'metrics'])
    assert.match(expectCode('USAGE', () => requireReports({ [kind]: '-' })).message, /\/dev\/stdout/)
})

test('a link that is named for measures is replaced, and what it leads to is left alone', async (t) => {
  const folder = tempFolder(t)
  const [link, other] = [join(folder, 'checks.prom'), join(folder, 'other')]
  const before = '# HELP octo_check_run_passed Of somebody else.\n'
  writeFileSync(other, before)
  symlinkSync(other, link)
  await writeReports(RUN, { metrics: link }, QUIETLY)
  assert.equal(readFileSync(other, 'utf8'), before)
  assert.ok(lstatSync(link).isFile())
})

test('a collector gets them by OTLP, with the machine they are of', async (t) => {
  const got: { path: string; type: string; body: string }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    got.push({ path: request.url ?? '', type: String(request.headers['content-type']), body })
    response.writeHead(request.url?.includes('refuse') ? 503 : 200, { 'content-type': 'application/json' }).end('{}')
  })
  const base = `http://127.0.0.1:${await listening(t, server)}`
  await writeReports(RUN, { metrics: `${base}/v1/metrics?tenant=a` }, QUIETLY)
  assert.deepEqual([got[0]?.path, got[0]?.type], ['/v1/metrics?tenant=a', 'application/json'])
  const [{ resource, scopeMetrics }] = JSON.parse(got[0]?.body ?? '').resourceMetrics
  const [, , host] = resource.attributes
  assert.deepEqual(host, { key: 'host.name', value: { stringValue: 'node-1' } })
  const metric = scopeMetrics[0].metrics.find(({ name }: { name: string }) => name === 'octo_check_run_value')
  const [point] = metric.gauge.dataPoints
  assert.equal(point.asDouble, 12.5)
  assert.equal(point.timeUnixNano, `${BigInt(RUN.startedAt.getTime() + 1500) * 1_000_000n}`)
  const refused = writeReports(RUN, { metrics: `${base}/refuse` }, QUIETLY)
  await assert.rejects(refused, (error: Error) => /answers 503; the results are shown above/.test(error.message))
})

test('the page shows every check and nothing of what plugins say is markup', () => {
  const page = renderHtml(RUN)
  assert.ok(page.includes('<h1><span class="failed">failed</span> /x/octo.yaml</h1>'))
  assert.match(page, /1 passed, 1 failed, 0 unknown, 1 skipped in 1\.5 s · <time datetime="2026-11-26T10:00:00\.500Z">/)
  assert.match(
    page,
    /<td><span class="failed">failed<\/span><\/td><td>health<\/td><td>check-disk@1\.0\.0 path=\/var<\/td>/,
  )
  assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt; &quot;&amp;&#39; \ufffd[2J \ufffd'))
  assert.doesNotMatch(page, /<script|\u001b|https?:/)
  assert.ok(renderHtml(aRun([anOutcome()])).includes('<title>passed: /x/octo.yaml</title>'))
})

test('a report that cannot be written keeps none of the others back, and is the error', async (t) => {
  const folder = tempFolder(t)
  mkdirSync(join(folder, 'taken'))
  const written = writeReports(RUN, { junit: join(folder, 'taken'), html: join(folder, 'new', 'page.html') }, QUIETLY)
  await expectCodeAsync('IO_FAILED', () => written)
  assert.match(readFileSync(join(folder, 'new', 'page.html'), 'utf8'), /<!doctype html>/)
})

test('what can never be written is refused before anything runs', () => {
  for (const options of [
    { worldReadable: true },
    { metrics: 'http://127.0.0.1/v1/metrics', worldReadable: true },
    { metrics: 'http://user:s3cret@127.0.0.1/v1/metrics' },
    { metrics: 'ftp://127.0.0.1/checks.prom' },
    { metrics: 'grpc://127.0.0.1:4317', worldReadable: true },
    { junit: 'https://ci.example.org/report.xml' },
    { html: 'file:///srv/checks.html' },
    { junit: 'out', html: './out' },
    { html: 'out', metrics: join(process.cwd(), 'out') },
  ])
    expectCode('USAGE', () => requireReports(options))
  requireReports({ metrics: 'checks.prom', worldReadable: true })
  for (const metrics of ['http://127.0.0.1:4318/v1/metrics', 'HTTPS://collector.example/v1/metrics?tenant=a'])
    requireReports({ metrics })
})

const KEPT: readonly (readonly [what: string, text: string])[] = [
  ['a config', '# checks of the shop\noperator: {services: {}}\n'],
  ['a lockfile', '{"format": "octo.lock/v1", "plugins": {}}\n'],
  ['a key', '-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n'],
  ['a page of somebody else', '<!doctype html>\n<html lang="en">\n<head>\n<title>The shop</title>\n'],
  ['a report of another program', '<?xml version="1.0"?>\n<testsuites name="jest tests"></testsuites>\n'],
  ['measures of another program', '# HELP node_load1 1m load average.\n# TYPE node_load1 gauge\nnode_load1 1\n'],
  ['a report of octo of another kind', renderJunit(RUN).replace('<testsuites', '<!-- --><testsuites')],
]
const REPORTS = ['junit', 'html', 'metrics'] as const

test(`a file that is no former report is kept, and asked about before anything runs (${KEPT.length} of each kind)`, async (t) => {
  const folder = tempFolder(t)
  for (const [index, [what, text]] of KEPT.entries()) {
    const path = join(folder, `kept-${index}`)
    writeFileSync(path, text)
    for (const report of REPORTS) {
      expectCode('ALREADY_EXISTS', () => requireReports({ [report]: path }))
      // It may have come while the checks ran.
      await expectCodeAsync('ALREADY_EXISTS', () => writeReports(RUN, { [report]: path }, QUIETLY))
      assert.equal(readFileSync(path, 'utf8'), text, what)
    }
  }
})

test('what stands there and cannot be read is no former report', { skip: WITHOUT_PIPES }, (t) => {
  const path = join(tempFolder(t), 'loop')
  symlinkSync('loop', path)
  for (const report of REPORTS) {
    const { details } = expectCode('IO_FAILED', () => requireReports({ [report]: path }))
    assert.equal(details?.reason, 'ELOOP')
  }
  assert.equal(readlinkSync(path), 'loop')
})

test('a former report of octo, an empty file and none at all are written over', async (t) => {
  const folder = tempFolder(t)
  const named = { junit: join(folder, 'a'), html: join(folder, 'b'), metrics: join(folder, 'c') }
  for (const path of Object.values(named)) writeFileSync(path, '')
  for (let round = 0; round < 3; round++) {
    requireReports(named)
    await writeReports(RUN, named, QUIETLY)
    assert.equal(readFileSync(named.junit, 'utf8'), renderJunit(RUN))
  }
  const other = { junit: named.html, html: named.metrics, metrics: named.junit }
  for (const report of REPORTS) expectCode('ALREADY_EXISTS', () => requireReports({ [report]: other[report] }))
})

const PARTIAL: readonly (readonly [answer: string, warned: RegExp | undefined])[] = [
  [
    '{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"too old\\u001b[2J"}}',
    /did not keep 3 of the measures: too old\\u\{1b\}/,
  ],
  ['{"partialSuccess":{"rejectedDataPoints":2}}', /did not keep 2 of the measures$/],
  ['{"partialSuccess":{"rejectedDataPoints":0,"errorMessage":"use gzip"}}', /says of the measures: use gzip$/],
  ['{"partialSuccess":{"rejectedDataPoints":"0","errorMessage":""}}', undefined],
  ['{"partialSuccess":null}', undefined],
  ['{"partialSuccess":{}}', undefined],
  ['null', undefined],
  ['', undefined],
  ['<html>', undefined],
]

test(`what a collector says that it did not keep is warned of (${PARTIAL.length} answers)`, async (t) => {
  let answer = ''
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
  })
  const metrics = `http://127.0.0.1:${await listening(t, server)}/v1/metrics`
  for (const [said, warned] of PARTIAL) {
    answer = said
    const lines: string[] = []
    await writeReports(RUN, { metrics }, { env: {}, warn: (line) => void lines.push(line) })
    assert.equal(lines.length, warned === undefined ? 0 : 1, said)
    if (warned) assert.match(lines[0] ?? '', warned)
  }
})
