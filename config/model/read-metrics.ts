// Where measures of services can be asked for. Only local documents say it, and an address that others reach needs a word of its own:
// what is measured says which services there are, and where their config lies.
import { quote } from '../../schemas/quote.ts'
import { fieldOf } from '../document/field-of.ts'
import { invalid } from '../document/invalid.ts'
import type { TreeNode } from '../document/node.ts'
import { isEmpty, textOf } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import { readBoolean } from '../document/scalars.ts'

export type MetricsListen = {
  /** An address, not a name: what a name means is for others to say. */
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
}

const FORM = /^(?:(?:(?<v4>[0-9.]+)|\[(?<v6>[0-9A-Fa-f:.]+)\]|(?<name>localhost)):)?(?<port>\d{1,5})$/

/** Undefined where the config says nothing; throws CONFIG_INVALID. `root` is of local documents alone. */
export function readMetrics(root: TreeNode | undefined): MetricsListen | undefined {
  const said = [
    fieldOf(fieldOf(root, 'config', 'operator'), 'operator', 'metrics'),
    fieldOf(fieldOf(root, 'config', 'octoctl'), 'octoctl', 'metrics'),
  ].flatMap((node) => (isEmpty(node) ? [] : [node]))
  const [node, second] = said
  if (second) throw invalid(second, '`metrics` is said twice, below `operator` and `octoctl`, expected once')
  if (!node) return undefined
  const listen = fieldOf(node, 'metrics', 'listen')
  if (isEmpty(listen)) throw invalid(node, '`metrics` does not say where: `listen: 127.0.0.1:9464`')
  const found = addressIn(listen)
  if (isOfThisMachine(found) || readBoolean(fieldOf(node, 'metrics', 'exposed'), 'exposed', false)) return found
  throw invalid(listen, `others can reach ${quote(textOf(listen as TreeNode & { kind: 'scalar' }))}`, {
    hint: 'listen at `127.0.0.1`, or say that this is meant: `metrics: {listen: …, exposed: true}`',
  })
}

function addressIn(node: TreeNode): MetricsListen {
  if (node.kind === 'scalar') requireOneReading(node)
  const text = node.kind === 'scalar' ? textOf(node) : ''
  const { v4, v6, port } = FORM.exec(text)?.groups ?? {}
  const host = v6 ?? v4 ?? '127.0.0.1'
  if (port !== undefined && Number(port) <= 65_535 && (v4 === undefined || isAddress(v4)))
    return { host, port: Number(port) }
  throw invalid(node, `\`listen\` of ${quote(text)} is no address with a port, expected such as \`127.0.0.1:9464\``)
}

function isAddress(v4: string): boolean {
  const parts = v4.split('.')
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

function isOfThisMachine({ host }: MetricsListen): boolean {
  return host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
