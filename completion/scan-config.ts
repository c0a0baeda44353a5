// Names of services and plugins in a config, found line by line: reading YAML as it is takes longer than a whole completion. What is
// written in another way than most configs are is not offered, and nothing else depends on it.

type ConfigNames = { readonly services: readonly string[]; readonly plugins: readonly string[] }

type Line = { readonly indent: number; readonly key?: string; readonly value: string }

const KEY = /^( *)(?:- +)?(?:"([^"\\]+)"|'([^']+)'|([^\s"'#:,[\]{}]+)) *:(?:\s+(.*))?$/
const SERVICE = /^[A-Za-z0-9_][\w.-]{0,63}$/
/** Asked behind the other one, as in plain-text.ts. */
const SERVICE_OF_ANY_SCRIPT = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]{0,63}$/u
const PLUGIN = /^["']?(?:[a-z0-9-]{1,64}\/)?([a-z0-9][a-z0-9-]{0,63})(?:@[^"'\s]*)?["']?(?:\s+#.*)?$/
const PARENTS: readonly string[] = ['operator', 'octoctl']
const NAMING: readonly string[] = ['tool', 'plugin']

export function scanConfig(text: string): ConfigNames {
  const services = new Set<string>()
  const plugins = new Set<string>()
  let above: Line[] = []
  for (const raw of text.split('\n')) {
    const line = readLine(raw)
    if (!line) continue
    above = above.filter(({ indent }) => indent < line.indent)
    const { key = '', value } = line
    const block = blockOf(above)
    if (block === 'services' && isServiceName(key)) services.add(key)
    if (block === 'plugins') addPlugin(plugins, key)
    if (NAMING.includes(key)) addPlugin(plugins, value)
    const [, tool = ''] = /^(?:- +)?\{\s*tool:\s*([^,}\s]+)/.exec(raw.trim()) ?? []
    if (tool !== '') addPlugin(plugins, tool)
    above.push(line)
  }
  return { services: [...services], plugins: [...plugins] }
}

/** Of names that are written in another way, such as with spaces, none is offered. */
function isServiceName(key: string): boolean {
  return SERVICE.test(key) || (!/^[ -~]*$/.test(key) && SERVICE_OF_ANY_SCRIPT.test(key))
}

/** Undefined for comments and blank lines. A line without a key may begin a list or go on with a text. */
function readLine(raw: string): Line | undefined {
  const line = raw.trimEnd()
  if (line === '' || /^\s*#/.test(line)) return undefined
  const found = KEY.exec(line)
  const indent = (found?.[1] ?? /^ */.exec(line)?.[0] ?? '').length
  if (!found) return { indent, value: '' }
  return { indent, key: found[2] ?? found[3] ?? found[4] ?? '', value: found[5] ?? '' }
}

/** The block that a line is a direct part of, where it lies at the top or below `operator` or `octoctl`. */
function blockOf(above: readonly Line[]): string | undefined {
  const [first, second, third] = above.map(({ key }) => key)
  if (third !== undefined || above.length > 2) return undefined
  if (above.length === 1) return first
  return PARENTS.includes(first ?? '') ? second : undefined
}

function addPlugin(plugins: Set<string>, text: string): void {
  const name = PLUGIN.exec(text)?.[1]
  if (name !== undefined) plugins.add(name)
}
