// `octo self update` and `octo self rollback`: another version of octo takes the place of this one.

import { coded } from '../../../schemas/errors.ts'
import { printable } from '../../../schemas/quote.ts'
import { compareVersions, parseVersionInput } from '../../../schemas/version.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { count } from '../../../terminal/index.ts'
import type { Run } from '../../../terminal/program.ts'
import { ownPackage } from '../../installation/own-package.ts'
import { requireOwnInstallation } from '../../installation/owner.ts'
import type { UpdateOutcome } from '../../installation/update.ts'
import { rollBack, updateItself } from '../../installation/update.ts'
import { openDisplay } from '../client-session.ts'

export type SelfUpdateFlags = {
  readonly to?: string
  readonly rollback?: boolean
  readonly dryRun?: boolean
  readonly acceptLayouts?: boolean
}

export async function updateCommand({ options, terminal }: Run<SelfUpdateFlags>): Promise<number> {
  if (options.rollback && options.to !== undefined)
    throw coded('USAGE', {
      message: '`--rollback` goes back to the version that is kept, and `--to` names one',
      hint: 'leave one of them out',
    })
  if (options.rollback) return rollbackCommand({ args: [], options, terminal })
  const to = options.to === undefined ? undefined : parseVersionInput(options.to)
  const root = requireOwnInstallation(ownPackage())
  const display = openDisplay(terminal)
  try {
    const { dryRun, acceptLayouts } = flagsOf(options)
    show(
      await updateItself({
        root,
        to,
        dryRun,
        acceptLayouts,
        env: process.env,
        report: display.report,
        ...waiting(terminal),
      }),
      terminal,
    )
  } finally {
    display.stop()
  }
  return 0
}

export async function rollbackCommand({ options, terminal }: Run<SelfUpdateFlags>): Promise<number> {
  const root = requireOwnInstallation(ownPackage())
  show(await rollBack({ root, env: process.env, ...flagsOf(options), ...waiting(terminal) }), terminal)
  return 0
}

function flagsOf({ dryRun = false, acceptLayouts = false }: SelfUpdateFlags) {
  return { dryRun, acceptLayouts }
}

function waiting(terminal: Terminal) {
  return { onWait: (line: string) => terminal.info(line) }
}

function show(outcome: UpdateOutcome, terminal: Terminal): void {
  const { state, from, to, removed, running, signer = null } = outcome
  terminal.result({ json: { state, from, to, signer, removed, running }, text: () => sentenceOf(outcome) })
  if (removed.length > 0) terminal.info(`took away ${removed.map((version) => printable(version)).join(', ')}`)
  if (running.length === 0) return
  const pids = running.map(({ pid, version }) => `${pid} (${printable(version)})`).join(', ')
  terminal.warn(
    `${count(running.length, 'process', 'processes')} of octo ${running.length === 1 ? 'goes' : 'go'} on as before: ${pids}; a restart starts ${to}: \`systemctl restart UNIT\` for a registry, \`octo autostart\` shows units of services`,
  )
}

function sentenceOf({ state, from, to }: UpdateOutcome): string {
  if (state === 'unchanged') return `octo ${from} is the newest that is offered`
  const major = from.split('.')[0] === to.split('.')[0] ? '' : ', another major version'
  const way = compareVersions(to, from) < 0 ? ', an older version' : major
  return state === 'planned' ? `octo ${from} would become ${to}${way}` : `octo ${from} became ${to}${way}`
}
