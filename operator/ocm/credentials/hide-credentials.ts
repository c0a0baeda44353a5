// Takes what calls were given as credentials out of what is told of a plugin: it may repeat them in its log or in a refusal. Answers
// THREATS.md: secrets stay nowhere.
import type { Typed } from '../../../schemas/contract/ocm/type-name.ts'
import { coded, isCoded } from '../../../schemas/errors.ts'
import { openHiding } from '../../hiding.ts'
import { textsIn } from '../../secret-texts.ts'
import type { PluginLine } from '../instance/lines.ts'

type CredentialHiding = {
  add(credentials: Typed | undefined): void
  inLine(line: PluginLine): PluginLine
  /** The same error where there was nothing to hide. */
  inError(error: unknown): unknown
}

export function openCredentialHiding(): CredentialHiding {
  const hiding = openHiding()
  const all = (value: unknown): unknown => {
    if (typeof value === 'string') return hiding.hideInSentence(value)
    if (Array.isArray(value)) return value.map(all)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, all(one)]))
  }
  return {
    add(credentials) {
      if (credentials === undefined) return
      const { type: _, ...secret } = credentials
      hiding.add(textsIn(secret))
    },
    inLine: (line) => ({ ...(all(line) as PluginLine), plugin: line.plugin, level: line.level }),
    inError(error) {
      if (!isCoded(error)) return error
      const message = hiding.hideInSentence(error.message)
      const details = all(error.details) as typeof error.details
      if (message === error.message && JSON.stringify(details) === JSON.stringify(error.details)) return error
      // Its cause says the same, and would be shown beside it.
      return coded(error.code, { message, details, hint: error.hint })
    },
  }
}
