// What would be run, and what of the config would be left aside.
import type { ProvenProgram } from '../../../client/index.ts'
import type { ServiceProgram } from '../../../config/model/service-spec.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import { releaseName } from '../../../schemas/release-name.ts'
import type { Terminal } from '../../../terminal/index.ts'
import type { Runnable } from '../../services/specs/runnable.ts'
import { openRunnable } from '../../services/specs/runnable.ts'
import type { OperatorCall } from '../operator.ts'

export async function show({ session, terminal, words }: OperatorCall): Promise<number> {
  showPlan(await openRunnable(session, words), terminal)
  return 0
}

export function showPlan({ services, order }: Runnable, terminal: Terminal, more: object = {}): void {
  const rows = [...services.values()].map(({ name, spec, executable, program }) => ({
    service: name,
    replicas: spec.replicas,
    restart: spec.restart.policy,
    program: executable ? releaseName(executable) : wordsOf(spec.program, program),
    ...digestIn(executable ?? program),
    secrets: spec.secrets.map(({ request: { plugin } }) => plugin),
    after: (order.get(name) ?? []).map(({ service, condition }) => `${service} ${condition}`),
  }))
  const hasSecrets = rows.some(({ secrets }) => secrets.length > 0)
  if (terminal.json) terminal.result({ json: { services: rows, ...more }, text: () => '' })
  else
    terminal.table({
      columns: [
        { title: 'service' },
        { title: 'runs' },
        { title: 'replicas' },
        { title: 'restart' },
        { title: 'after' },
        ...(hasSecrets ? [{ title: 'secrets from' }] : []),
      ],
      rows: rows.map((row) => [
        ...[row.service, shownProgram(row), String(row.replicas), row.restart, row.after.join(', ')],
        ...(hasSecrets ? [row.secrets.join(', ')] : []),
      ]),
    })
}

/** The program alone: its words may hold what is not for everybody's eyes. */
function wordsOf(program: ServiceProgram, files: ProvenProgram | undefined): string {
  if (program.kind === 'plugin') return program.request.plugin
  return program.kind === 'command' ? program.argv[0] : (files?.origin ?? program.source.kind)
}

/** Of the bytes that were proven, where octo brought them. */
function digestIn(files: { readonly digest: string } | undefined): { digest?: string } {
  return files ? { digest: files.digest } : {}
}

function shownProgram({ program, digest }: { readonly program: string; readonly digest?: string }): string {
  return printable(digest === undefined ? program : `${program} (${digest})`, 400)
}

export function tellLeftAside({ services }: Runnable, terminal: Terminal): void {
  for (const { name, spec } of services.values())
    for (const { key, why, place } of spec.leftAside)
      terminal.warn(
        printable(
          `${place.file}:${place.line ?? ''}: ${quote(key)} of service ${quote(name)} is left aside: ${why}`,
          500,
        ),
      )
}
