// What `octo test` gives a plugin: words, as on its command line, or a map where the plugin reads a document, or keeps a secret from
// command lines. A secret is never taken from words: every user of a machine can read those of `octo test` as well.

import { secretArguments } from '../schemas/arguments/secret.ts'
import { coded } from '../schemas/errors.ts'
import { isMap } from '../schemas/is-map.ts'
import { POSITIONALS } from '../schemas/option-words.ts'
import { quote } from '../schemas/quote.ts'
import { decodeText } from '../schemas/text.ts'
import { parseYaml } from '../schemas/yaml/parse.ts'
import { readGivenFile } from '../system/files/given-file.ts'
import type { Built } from '../unpublished/unpublished-plugin.ts'

export type ArgumentMap = Readonly<Record<string, unknown>>

/** What was typed behind `--`, and what stands in the file of `--args`. */
type Typed = { readonly words: readonly string[]; readonly ofFile?: ArgumentMap | undefined }

const MAX_BYTES = 1024 * 1024

/** Throws USAGE for a secret among the words, and for what is given twice. */
export function givenArguments({ manifest }: Built, { words, ofFile }: Typed): readonly string[] | ArgumentMap {
  const secrets = secretArguments(manifest.arguments)
  if (ofFile === undefined && manifest.input !== 'json' && !secrets.any) return words
  const ofWords = mapOf(words, manifest.arguments?.properties ?? {})
  for (const name of Object.keys(ofWords)) {
    if (secrets.has(name)) throw secretWord(name)
    if (Object.hasOwn(ofFile ?? {}, name)) throw twice(name)
  }
  return { ...ofFile, ...ofWords }
}

/** The file of `--args`; throws what says why it is of no use. */
export function readArguments(file: string): ArgumentMap {
  const hint = 'name a file with the arguments as they stand below `args` in a config, such as `{port: 8080}`'
  const text = decodeText(readGivenFile(file, { what: 'the file of --args', maxBytes: MAX_BYTES, hint }), file)
  const { value } = parseYaml(text, file)
  if (isMap(value)) return value as ArgumentMap
  throw coded('USAGE', { message: `${quote(file)} holds no map of arguments`, hint })
}

type Properties = Readonly<Record<string, { readonly type?: unknown }>>

/** `--name=value`, `--name value`, `-n value` and `--flag`; a word on its own belongs to no name. */
function mapOf(words: readonly string[], properties: Properties): ArgumentMap {
  const found = new Map<string, unknown>()
  const rest = [...words]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, named, own] = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(word) ?? []
    const name = named ?? POSITIONALS
    const type = properties[name]?.type
    const value = typed(named === undefined ? word : (own ?? nextValue(rest, type) ?? true), type)
    if (type === 'array' || name === POSITIONALS) found.set(name, [...((found.get(name) as unknown[]) ?? []), value])
    else if (found.has(name)) throw twice(name)
    else found.set(name, value)
  }
  return Object.fromEntries(found)
}

function nextValue(rest: string[], type: unknown): string | undefined {
  return type === 'boolean' || rest[0]?.startsWith('-') ? undefined : rest.shift()
}

/** A number or a truth value where the schema has one alone; what does not fit stays text, for the schema to refuse. */
function typed(value: string | true, type: unknown): unknown {
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  const isNumber = (type === 'integer' || type === 'number') && /^-?\d{1,15}(\.\d{1,15})?$/.test(String(value))
  return isNumber ? Number(value) : value
}

function twice(name: string): Error {
  return coded('USAGE', {
    message: `argument ${quote(name)} is given twice`,
    hint: 'give it once, as a word or in the file of `--args`',
  })
}

function secretWord(name: string): Error {
  return coded('USAGE', {
    message: `argument ${quote(name)} is secret, and every user of the machine can read words of a command line`,
    hint: `give it by \`--args FILE\`, a file with \`${name}: …\``,
  })
}
