// `html`, `js` and `urlquery`, as Go writes them.
import { textValue } from '../value.ts'
import type { TemplateFunction } from './call.ts'
import { textOfAll } from './call.ts'

const escaper = (write: (text: string) => string): TemplateFunction => ({
  least: 0,
  most: Number.POSITIVE_INFINITY,
  run: (values, call) => textValue(write(textOfAll(values, call))),
})

const HTML: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\0': '\ufffd',
}
const JS: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
}

export const ESCAPES: Readonly<Record<string, TemplateFunction>> = {
  html: escaper((text) => text.replace(/["'&<>\0]/g, (char) => HTML[char] ?? char)),
  js: escaper((text) => [...text].map(jsCharacter).join('')),
  urlquery: escaper((text) =>
    encodeURIComponent(text)
      .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+'),
  ),
}

function jsCharacter(char: string): string {
  const code = char.codePointAt(0) ?? 0
  if (JS[char] !== undefined) return JS[char]
  if (code < 0x20) return `\\u00${code.toString(16).toUpperCase().padStart(2, '0')}`
  if (code < 0x80 || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char)) return char
  return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
}
