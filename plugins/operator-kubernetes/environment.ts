// Variables of a service. All of them go into a Secret: which of them are secrets, only the service knows.
import type { OperatedService } from '../../sdk/operator/index.ts'
import { isNamed } from '../../sdk/operator/index.ts'
import type { Work } from './work.ts'
import { problemOf } from './work.ts'

/** What Secrets and containers both take; the kubelet passes over others without a word. */
const VARIABLE = /^[A-Za-z_.-][A-Za-z0-9_.-]*$/

/** Throws OperatorProblem for a variable that no container can be given. */
export function variablesOf(service: OperatedService, { given }: Work): Readonly<Record<string, string>> {
  const { compose, settings } = service
  const entries = entriesOf(service, compose.environment ?? settings.environment ?? settings.env)
  return Object.fromEntries(
    entries.flatMap(([name, value]): [string, string][] => {
      if (!VARIABLE.test(name)) throw problemOf(service, `\`${name}\` is no name of a variable in Kubernetes`)
      // A name alone is passed on from whoever calls, as Compose does it.
      const text = value ?? given.variable(name)
      return text === undefined ? [] : [[name, text]]
    }),
  )
}

function entriesOf(service: OperatedService, written: unknown): readonly (readonly [string, string | undefined])[] {
  if (written === undefined || written === null) return []
  if (Array.isArray(written))
    return written.map((item) => {
      const [name = '', ...value] = String(item).split('=')
      return [name, value.length > 0 || String(item).includes('=') ? value.join('=') : undefined] as const
    })
  if (!isNamed(written)) throw problemOf(service, '`environment` is neither a map nor a list')
  return Object.entries(written).map(([name, value]) => {
    if (typeof value === 'object' && value !== null) throw problemOf(service, `variable \`${name}\` is no text`)
    return [name, value === null ? undefined : String(value)] as const
  })
}
