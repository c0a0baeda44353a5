// What this octo was installed by, and whether what keeps it up to date can still do so.
import type { InstallationStatus } from '../../client/index.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { isCoded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { Finding } from './finding.ts'
import { finding, refusal } from './finding.ts'

const SUBJECT = 'installation'

export function installationFinding(status: InstallationStatus | CodedError): Finding {
  if (isCoded(status)) return refusal(SUBJECT, status)
  const { installation, folder, refusal: reason } = status
  // Whoever else keeps it up to date is no defect.
  if (reason?.code === 'INSTALLATION_MANAGED')
    return finding('good', SUBJECT, `${folder}, kept up to date by ${managerOf(reason)}`)
  if (reason?.code === 'INSTALLATION_UNSAFE' && installation)
    return refusal(SUBJECT, reason, isOthers(reason) ? 'good' : 'bad')
  if (reason) return refusal(SUBJECT, reason, 'warning')
  const { root, current, previous } = installation ?? { root: folder, current: status.version }
  if (current !== status.version)
    return finding('warning', SUBJECT, `${root} starts ${current}, and this is ${status.version}`, 'start octo again')
  const back = previous === undefined ? '' : `, ${previous} is kept`
  return finding('good', SUBJECT, `${root}, updated by \`octo self update\`${back}`)
}

function managerOf({ details: { managedBy, update } }: CodedError): string {
  return managedBy === 'checkout' && typeof update === 'string'
    ? `${quote(update)}: it is a checkout`
    : String(managedBy)
}

/** Root's, as it should be for all users of a machine: these start it, and do not change it. */
function isOthers({ details }: CodedError): boolean {
  return details.uid === 0
}
