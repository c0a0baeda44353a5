// What OCM's own manager and its eight test plugins said to each other, as it was written down beside them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '..', '..', 'fixtures', 'ocm')

/** The line that each plugin printed for `capabilities`, by the plugin's name. */
export function capturedCapabilities(): ReadonlyMap<string, string> {
  const prefix = 'capabilities-'
  const files = readdirSync(FOLDER).filter((name) => name.startsWith(prefix))
  return new Map(files.map((name) => [name.slice(prefix.length, -'.json'.length), readCapture(name)]))
}

export type CapturedRequest = {
  /** Of the plugin that was asked. */
  readonly id: string
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What the manager asked, in its order; and the texts of the configs that it started plugins with. */
export function capturedRequests(): {
  readonly requests: readonly CapturedRequest[]
  readonly configs: readonly string[]
} {
  const requests: CapturedRequest[] = []
  const configs: string[] = []
  for (const line of readCapture('manager-requests.log').split('\n')) {
    const config = /^CONFIG (.*)$/.exec(line)?.[1]
    if (config !== undefined) configs.push(config)
    const [, method, address, rest] = /^REQ (\S+) (\S+) (.*)$/.exec(line) ?? []
    if (method === undefined || address === undefined || rest === undefined) continue
    const { id } = JSON.parse(configs.at(-1) ?? '{}')
    const [path = '', query = ''] = address.split('?')
    requests.push({ id, method, path, query, ...headersAndBody(rest) })
  }
  return { requests, configs }
}

function headersAndBody(rest: string): Pick<CapturedRequest, 'headers' | 'body'> {
  for (let end = rest.indexOf('} '); end >= 0; end = rest.indexOf('} ', end + 1)) {
    try {
      return { headers: JSON.parse(rest.slice(0, end + 1)), body: rest.slice(end + 2) }
    } catch {
      // A brace within a header.
    }
  }
  throw new Error(`no headers in ${rest}`)
}

type CapturedResponse = {
  readonly plugin: string
  readonly method: string
  readonly path: string
  readonly status: number
  readonly body: string
}

/** What the plugins answered, and the first line of standard output of one. */
export function capturedResponses(): { readonly responses: readonly CapturedResponse[]; readonly announced: string } {
  const responses: CapturedResponse[] = []
  let plugin = 'test-plugin-component-version'
  let announced = ''
  for (const line of readCapture('plugin-responses.txt').split('\n')) {
    plugin = /^== (\S+) /.exec(line)?.[1] ?? plugin
    announced ||= /^STDOUT (.*)$/.exec(line)?.[1] ?? ''
    const [, method, address, status, body] = /^ {2}(\w+) (\S+) -> (\d+) .* body=(.*)$/.exec(line) ?? []
    if (method === undefined || address === undefined || body === undefined) continue
    responses.push({
      ...{ plugin, method, status: Number(status), body: fromPython(body) },
      path: address.split('?')[0] ?? '',
    })
  }
  return { responses, announced }
}

/** A text as Python shows it: in the quotes that it does not hold. */
function fromPython(shown: string): string {
  return shown.slice(1, -1).replaceAll('\\n', '\n').replaceAll("\\'", "'")
}

function readCapture(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8')
}
