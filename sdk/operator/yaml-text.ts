// Writes plain data as YAML that every reader of YAML takes alike, of 1.1 and 1.2: all texts and keys in double quotes.

/** One document, with a line end. Undefined entries are left out. */
export function yamlText(value: unknown, textOf: (text: string) => string = (text) => text): string {
  return `${lines(value, textOf).join('\n')}\n`
}

type TextOf = (text: string) => string

function lines(value: unknown, textOf: TextOf): string[] {
  if (Array.isArray(value)) return value.length === 0 ? ['[]'] : value.flatMap((item) => hung('- ', item, textOf))
  if (typeof value === 'object' && value !== null) return mapLines(value, textOf)
  return [scalar(value, textOf)]
}

function mapLines(map: object, textOf: TextOf): string[] {
  const entries = Object.entries(map).filter(([, value]) => value !== undefined)
  if (entries.length === 0) return ['{}']
  return entries.flatMap(([key, value]) => {
    const inner = lines(value, textOf)
    const isShort = !isNested(value)
    return isShort ? [`${quoted(key)}: ${inner[0]}`] : [`${quoted(key)}:`, ...inner.map((line) => `  ${line}`)]
  })
}

/** The first line of an item stands behind its dash. */
function hung(dash: string, item: unknown, textOf: TextOf): string[] {
  return lines(item, textOf).map((line, index) => `${index === 0 ? dash : '  '}${line}`)
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).some((inner) => inner !== undefined)
}

function scalar(value: unknown, textOf: TextOf): string {
  if (typeof value === 'string') return quoted(textOf(value))
  if (value === null || typeof value === 'boolean') return String(value)
  // `1e21` is a text for some readers.
  if (typeof value === 'number' && Number.isFinite(value))
    return /e/.test(String(value)) ? quoted(String(value)) : String(value)
  throw new TypeError(`YAML has no form for ${String(value)}`)
}

/** JSON's escapes are YAML's; what some readers refuse or change is escaped as well. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
