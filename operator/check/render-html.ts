// A run as one page that needs nothing else: no script, no font, no address. What plugins said stands in it as text.

import { escapeWithBreaks } from '../../schemas/escape-markup.ts'
import { count, formatDuration } from '../../terminal/index.ts'
import type { CheckRun } from './check-run.ts'
import type { CheckOutcome } from './outcome.ts'
import { hasFailed, tally } from './outcome.ts'
import { nameOf } from './render-table.ts'

export function renderHtml(run: CheckRun): string {
  const { outcomes, config, warnings } = run
  const longest = Math.max(1, ...outcomes.map(({ durationMs }) => durationMs))
  const services = [...Map.groupBy(outcomes, ({ service }) => service)]
  const state = outcomes.some(hasFailed) ? 'failed' : 'passed'
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${state}: ${escapeWithBreaks(config)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1><span class="${state}">${state}</span> ${escapeWithBreaks(config)}</h1>
<p>${summaryOf(run)}</p>
${services.map(([name, own]) => serviceHtml(name, own, longest)).join('\n')}
${warnings.length === 0 ? '' : `<h2>Warnings</h2>\n<ul>\n${warnings.map(warningHtml).join('\n')}\n</ul>`}
</main>
</body>
</html>
`
}

function summaryOf({ outcomes, startedAt, durationMs, host, octo }: CheckRun): string {
  const { passed, failed, unknown, skipped } = tally(outcomes)
  const counts = [`${passed} passed`, `${failed} failed`, `${unknown} unknown`, `${skipped} skipped`]
  const when = `<time datetime="${startedAt.toISOString()}">${startedAt.toISOString().slice(0, 19).replace('T', ' ')} UTC</time>`
  return `${counts.join(', ')} in ${formatDuration(durationMs)} · ${when} · ${escapeWithBreaks(host)} · octo ${escapeWithBreaks(octo)}`
}

function serviceHtml(name: string, outcomes: readonly CheckOutcome[], longest: number): string {
  const rows = outcomes.map((outcome) => rowHtml(outcome, longest))
  return `<section>
<h2>${escapeWithBreaks(name)}</h2>
<table>
<thead><tr><th>status</th><th>phase</th><th>check</th><th>time</th><th>result</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</section>`
}

function rowHtml(outcome: CheckOutcome, longest: number): string {
  const { status, phase = '', durationMs } = outcome
  const width = Math.round((durationMs / longest) * 100)
  const time = `<meter max="100" value="${width}"></meter> ${formatDuration(durationMs)}`
  const word = status === 'critical' ? 'failed' : status
  return `<tr><td><span class="${word}">${word}</span></td><td>${phase}</td><td>${escapeWithBreaks(nameOf(outcome) ?? '')}</td><td>${time}</td><td>${resultHtml(outcome)}</td></tr>`
}

function resultHtml(outcome: CheckOutcome): string {
  const { summary, furtherLines = [], log, place, error, attempts } = outcome
  const lines = [...furtherLines, ...log.map(({ level, message }) => `${level} ${message}`)]
  const notes = [
    attempts > 1 ? count(attempts, 'run') : '',
    error?.code ?? '',
    hasFailed(outcome) ? `${place.file}${place.line === undefined ? '' : `:${place.line}`}` : '',
  ].filter(Boolean)
  const more =
    lines.length === 0
      ? ''
      : `<details><summary>${count(lines.length, 'line')}</summary><pre>${escapeWithBreaks(lines.join('\n'))}</pre></details>`
  return `${escapeWithBreaks(summary)}${notes.length === 0 ? '' : `<br><small>${escapeWithBreaks(notes.join(' · '))}</small>`}${more}`
}

function warningHtml({ file, line, message }: CheckRun['warnings'][number]): string {
  return `<li>${escapeWithBreaks(`${file}${line === undefined ? '' : `:${line}`}: ${message}`)}</li>`
}

const STYLE = `
:root{color-scheme:light dark;--good:#116329;--bad:#b3261e;--soft:#6b5900;--line:#8886}
@media(prefers-color-scheme:dark){:root{--good:#7ee787;--bad:#ff8a80;--soft:#e3c55b}}
body{font:16px/1.5 system-ui,sans-serif;margin:0}
main{max-width:72rem;margin:auto;padding:1.5rem 1rem}
h1{font-size:1.4rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:2rem 0 .5rem;overflow-wrap:anywhere}
section{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line)}
td:nth-child(4){white-space:nowrap}td:last-child{overflow-wrap:anywhere}
meter{width:4rem}pre{white-space:pre-wrap;overflow-wrap:anywhere}
.passed,.ok{color:var(--good)}.failed{color:var(--bad);font-weight:bold}.warn,.unknown{color:var(--soft)}
`
