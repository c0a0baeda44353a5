// Ports of a service: those that other services reach by its name, and those that it publishes.
import type { Named, OperatedService } from '../../sdk/operator/index.ts'
import { isNamed } from '../../sdk/operator/index.ts'
import { refuseOthers } from './resources.ts'
import { problemOf } from './work.ts'

export type Port = {
  readonly target: number
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  readonly appProtocol?: string
  readonly published?: number
  /** Published for this machine alone, by an address of its own. */
  readonly isLocal: boolean
}

const MAX_PORTS = 250
const SHORT =
  /^(?:(\[[0-9a-fA-F:]+\]|[0-9]+(?:\.[0-9]+){3}):)?(?:([0-9]*(?:-[0-9]+)?):)?([0-9]+(?:-[0-9]+)?)(?:\/(tcp|udp|sctp))?$/
const LOCAL = /^(127\.|\[?::1\]?$)/

/** Throws OperatorProblem for what is no port. */
export function portsOf(service: OperatedService): readonly Port[] {
  const { ports = [], expose = [] } = service.compose
  if (!Array.isArray(ports) || !Array.isArray(expose)) throw problemOf(service, '`ports` and `expose` are lists')
  const all = [
    ...ports
      .flatMap((item) => (isNamed(item) ? longPort(service, item) : shortPorts(service, String(item))))
      // A port alone is published on one that the machine chooses: the same number is as good.
      .map((port) => ({ published: port.target, ...port })),
    ...expose.flatMap((item) => shortPorts(service, String(item))),
  ]
  if (all.length > MAX_PORTS) throw problemOf(service, `${all.length} ports, expected up to ${MAX_PORTS}`)
  return all
}

/** `[HOST_IP:][PUBLISHED:]TARGET[/PROTOCOL]`, each number or a range. */
function shortPorts(service: OperatedService, text: string): readonly Port[] {
  const [matched, address = '', published, target = '', protocol = 'tcp'] = SHORT.exec(text) ?? []
  if (matched === undefined) throw noPort(service, text)
  const targets = range(service, target)
  const places = published ? range(service, published) : []
  if (places.length > 0 && places.length !== targets.length) throw noPort(service, text)
  return targets.map((port, index) => ({
    target: port,
    protocol: protocol.toUpperCase() as Port['protocol'],
    isLocal: LOCAL.test(address),
    ...(published === undefined ? {} : { published: places[index] ?? port }),
  }))
}

const LONG = ['target', 'published', 'protocol', 'app_protocol', 'host_ip', 'mode', 'name']

function longPort(service: OperatedService, item: Named): readonly Port[] {
  refuseOthers(service, 'ports', item, LONG)
  if (item.mode === 'host') throw problemOf(service, '`ports.mode: host` cannot be written for Kubernetes')
  const published = item.published === undefined ? '' : `${item.published}:`
  const protocol = item.protocol === undefined ? '' : `/${item.protocol}`
  const ports = shortPorts(service, `${published}${item.target}${protocol}`)
  const isLocal = LOCAL.test(String(item.host_ip ?? ''))
  const appProtocol = typeof item.app_protocol === 'string' ? { appProtocol: item.app_protocol } : {}
  return ports.map((port) => ({ ...port, isLocal, ...appProtocol }))
}

function range(service: OperatedService, text: string): readonly number[] {
  const [first = 0, last = first] = text.split('-').map(Number)
  if (!(first >= 1 && last <= 65_535 && last >= first && last - first < MAX_PORTS)) throw noPort(service, text)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

function noPort(service: OperatedService, text: string): Error {
  return problemOf(service, `\`${text}\` is no port, expected for example \`8080:80\``)
}

/** Those of the containers, each once. */
export function containerPorts(ports: readonly Port[]): Named[] {
  return unique(ports, ({ target }) => target).map((port) => ({
    name: portName(port.protocol, port.target),
    containerPort: port.target,
    protocol: port.protocol,
  }))
}

/** Those that a Service has inside the cluster: as in Compose, services reach each other by the port of the container. */
export function innerPorts(ports: readonly Port[]): Named[] {
  return unique(ports, ({ target }) => target).map((port) => servicePort(port, port.target))
}

/** Those that are for others. */
export function outerPorts(ports: readonly Port[]): Named[] {
  return publishedPorts(ports).map((port) => servicePort(port, port.published ?? port.target))
}

export function publishedPorts(ports: readonly Port[]): readonly Port[] {
  const open = ports.filter(({ published, isLocal }) => published !== undefined && !isLocal)
  return unique(open, ({ published = 0 }) => published)
}

function servicePort({ protocol, target, appProtocol }: Port, port: number): Named {
  return {
    name: portName(protocol, port),
    port,
    targetPort: target,
    protocol,
    ...(appProtocol === undefined ? {} : { appProtocol }),
  }
}

function portName(protocol: string, port: number): string {
  return `${protocol.toLowerCase()}-${port}`
}

function unique(ports: readonly Port[], numberOf: (port: Port) => number): readonly Port[] {
  return [...new Map(ports.map((port) => [portName(port.protocol, numberOf(port)), port])).values()]
}
