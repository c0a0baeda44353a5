// Names that Kubernetes takes: RFC 1123 labels, of which a Service asks for a letter in front (RFC 1035). What is too long or
// has other characters is written otherwise, and never so that two names become one unnoticed.
import { createHash } from 'node:crypto'
import { OperatorProblem } from '../../sdk/operator/index.ts'

const MAX_LABEL = 63
/** Pods of a StatefulSet carry its name, a dash and a digest of ten characters in one label. */
const MAX_SERVICE = 52
const SERVICE_NAME = /^[a-z]([a-z0-9-]*[a-z0-9])?$/
const PROJECT_NAME = /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/

/** `my_db` is `my-db`; throws OperatorProblem for a name that no Service can have. */
export function serviceName(name: string): string {
  const kubernetes = name.toLowerCase().replace(/[_.]/g, '-')
  if (SERVICE_NAME.test(kubernetes) && kubernetes.length <= MAX_SERVICE) return kubernetes
  throw new OperatorProblem(
    `service \`${name}\` cannot be called so in Kubernetes, expected up to ${MAX_SERVICE} lower-case letters, digits and \`-\` that begin with a letter and do not end with \`-\``,
  )
}

/** The value of the label by which objects of the project are found: its name where that is short and plain. */
export function projectLabel(name: string): string {
  if (PROJECT_NAME.test(name)) return name
  const letters = name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  const plain = letters.replace(/^[^a-z]+/, '').slice(0, 21)
  return `${plain.replace(/-+$/, '') || 'project'}-${digest(name)}`
}

/** `shop-data` of `shop` and `data`; a part that is no label, or a whole that is too long, is told apart by a digest. */
export function joinedName(...parts: readonly string[]): string {
  const whole = parts.join('-')
  const plain = whole.toLowerCase().replace(/[^a-z0-9-]+/g, '-')
  if (plain === whole && plain.length <= MAX_LABEL) return plain
  return `${plain.slice(0, MAX_LABEL - 9).replace(/-+$/, '')}-${digest(whole)}`
}

/** Eight digits that change with the text. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
