// What is wrong with documents of a config before anything is read of them.
import { readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { nearestWord } from '../../schemas/nearest-word.ts'
import { quote } from '../../schemas/quote.ts'
import { invalid } from '../document/invalid.ts'
import type { TreeNode } from '../document/node.ts'
import { exactPlaceOf, textOf } from '../document/node.ts'
import { lacksScheme } from '../document/scheme.ts'
import type { DocumentAddress } from './document-address.ts'
import { shownName } from './document-address.ts'

type Unreadable = { readonly reason: string; readonly from: TreeNode | undefined; readonly cause?: unknown }

export function notReadable(path: string, { reason, from, cause }: Unreadable): Error {
  const typed = from?.kind === 'scalar' ? textOf(from) : undefined
  return coded('CONFIG_NOT_FOUND', {
    message: `config ${quote(path)} ${reason === 'ENOENT' ? 'is not there' : 'cannot be read'}`,
    details: { path, reason, ...(from ? exactPlaceOf(from) : {}) },
    cause,
    ...hintOf(path, reason, typed),
  })
}

function hintOf(path: string, reason: string, typed: string | undefined): { readonly hint?: string } {
  if (typed !== undefined && lacksScheme(typed)) return { hint: `for a web address write \`https://${typed}\`` }
  const near = reason === 'ENOENT' ? nearestWord(basename(path), configsBeside(path)) : undefined
  return near === undefined ? {} : { hint: `did you mean ${quote(near)} beside it?` }
}

/** In a folder that is perhaps not there. A link that leads nowhere is in it under the name that was asked for. */
function configsBeside(path: string): readonly string[] {
  try {
    const names = readdirSync(dirname(path)).filter((name) => /\.(?:ya?ml|json|toml)$/.test(name))
    return names.filter((name) => name !== basename(path))
  } catch {
    return []
  }
}

export function notIncluded(address: DocumentAddress): Error {
  const shown = shownName(address)
  return coded('CONFIG_NOT_FOUND', {
    message: `no document of the config includes ${quote(shown)}`,
    details: { document: shown },
    hint: '`octo config show include` shows what is included; an address is written as it is there',
  })
}

export function cycle(chain: readonly string[], from: TreeNode | undefined): Error {
  const problem = `includes lead in a circle: ${chain.map(quote).join(' → ')}`
  return from ? invalid(from, problem) : coded('CONFIG_INVALID', { message: problem })
}

export function tooMuch(problem: string, name: string): Error {
  return coded('LIMIT_EXCEEDED', { message: `config ${quote(name)} ${problem}`, details: { source: name } })
}
