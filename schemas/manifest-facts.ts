// How a plugin is run, in words: what `octo info` and the registry's page say beside its arguments.

import type { ReleasedManifest } from './manifest.ts'
import { shownDuration } from './shown-duration.ts'

type ManifestFact = { readonly name: string; readonly text: string }

const OUTPUT_WORDS: Readonly<Record<string, string>> = {
  'exit-code': 'exit code 0 passes',
  'check/v1': 'a JSON last line, or Nagios text with exit codes 0–3',
  'notify/v1': 'sends notifications, and answers with a JSON last line',
  'secret/v1': 'gives secrets in a JSON last line',
}

export function manifestFacts({
  protocol,
  output,
  input,
  needs,
  resident,
  timeoutMs,
  minimumOperator,
}: ReleasedManifest): readonly ManifestFact[] {
  const words = OUTPUT_WORDS[output]
  return [
    { name: 'protocol', text: protocol },
    { name: 'output', text: words ? `${output} (${words})` : output },
    ...(input === 'json' ? [{ name: 'input', text: 'one JSON document on standard input' }] : []),
    { name: 'needs', text: needsText(needs) },
    ...(resident === undefined ? [] : [{ name: 'stays', text: `can answer many checks in one process (${resident})` }]),
    ...(timeoutMs === undefined ? [] : [{ name: 'timeout', text: shownDuration(timeoutMs) }]),
    ...(minimumOperator === undefined ? [] : [{ name: 'octo', text: `${minimumOperator} or newer` }]),
  ]
}

/** `network: localhost:8080; files: /etc/hosts`. */
function needsText(needs: ReleasedManifest['needs']): string {
  const parts = (['network', 'files', 'secrets'] as const).filter((key) => needs[key].length > 0)
  return parts.map((key) => `${key}: ${needs[key].join(', ')}`).join('; ') || 'nothing declared'
}
