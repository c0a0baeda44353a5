// Writes plain data as block YAML. Our own writer, as a library's takes seconds for what is rendered at each publish, and as
// octoctl's rules are narrow: every string quoted, keys that only read as strings, and no text that its templates would read.

/** Keys that YAML 1.1 or 1.2 reads as something else than text. */
const NOT_TEXT = /^(?:true|false|null|yes|no|on|off|y|n)$/i
const PLAIN_KEY = /^[a-z][A-Za-z0-9_-]*$/

/** Values are strings, whole numbers, booleans, lists and maps; keys whose value is undefined are left out. */
export function yamlText(value: object, indent = ''): string {
  return Array.isArray(value) ? listText(value, indent) : mapText(value as Record<string, unknown>, indent)
}

function mapText(map: Record<string, unknown>, indent: string): string {
  let text = ''
  for (const key of Object.keys(map)) {
    const value = map[key]
    if (value !== undefined) text += `${indent}${keyText(key)}:${valueText(value, indent)}`
  }
  return text
}

function listText(list: readonly unknown[], indent: string): string {
  let text = ''
  // A map's first key stands on the line of its dash, the others below it.
  for (const item of list)
    text += isFilled(item)
      ? `${indent}- ${yamlText(item, `${indent}  `).slice(indent.length + 2)}`
      : `${indent}-${valueText(item, indent)}`
  return text
}

function valueText(value: unknown, indent: string): string {
  if (isFilled(value)) return `\n${yamlText(value, `${indent}  `)}`
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? ' []\n' : ' {}\n'
  return ` ${typeof value === 'string' ? quotedText(value) : String(value)}\n`
}

function keyText(key: string): string {
  return PLAIN_KEY.test(key) && !NOT_TEXT.test(key) ? key : quotedText(key)
}

/** A JSON string is a YAML string, but for what YAML calls unprintable; `{{` would open a template of octoctl. */
function quotedText(text: string): string {
  return JSON.stringify(text)
    .replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, escaped)
    .replace(/\{(?=\{)/g, '\\u007b')
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function isFilled(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  for (const _key in value) return true
  return false
}
