// `octo self`: how this octo is installed, and whether it updates itself.
import { printable } from '../../../schemas/quote.ts'
import type { Run } from '../../../terminal/program.ts'
import type { InstallationStatus } from '../../installation/status.ts'
import { statusOf } from '../../installation/status.ts'

export async function statusCommand({ terminal }: Run<unknown>): Promise<number> {
  const status = statusOf()
  terminal.result({ json: toJson(status), text: () => linesOf(status).join('\n') })
  return 0
}

function toJson({ version, folder, kind, managedBy, layouts, installation, refusal }: InstallationStatus) {
  return {
    version,
    folder,
    kind,
    managedBy,
    layouts,
    updatesItself: refusal === undefined,
    installation: installation ? { ...installation, previous: installation.previous ?? null } : null,
    refusal: refusal?.toJSON() ?? null,
  }
}

function linesOf({ version, folder, installation, refusal }: InstallationStatus): readonly string[] {
  const why = refusal
    ? [`not updated by itself: ${printable(refusal.message, 500)}`, ...(refusal.hint ? [refusal.hint] : [])]
    : []
  if (!installation) return [`octo ${version} in ${folder}`, ...why]
  const { root, current, previous, versions, running, repo, by } = installation
  const used = [...new Set(running.map((each) => each.version))].sort()
  return [
    `octo ${version} in ${folder}`,
    `installation  ${root}, made by ${printable(by)}`,
    `current       ${current}`,
    `kept          ${versions.filter((each) => each !== current).join(', ') || 'nothing'}${previous === undefined ? '' : `; \`octo self rollback\` goes back to ${previous}`}`,
    ...(used.length > 0 ? [`running       ${used.join(', ')}`] : []),
    `updates from  ${printable(repo.url, 500)}`,
    ...repo.keys.map((id) => `signed by     ${id}`),
    ...why,
  ]
}
