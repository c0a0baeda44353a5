// What calls itself a secret: by its key (`password: …`), by its own beginning (`DB_PASSWORD=…`, `--token=…`), or as part of
// an address. It is hidden on screens even where somebody wrote it into a config as it is.
import type { ScalarNode } from '../document/node.ts'

const WORDS = 'password|passwd|passphrase|secret|token|credentials?|api[_-]?key|access[_-]?key|private[_-]?key'
const SECRET_KEY = new RegExp(`(?:${WORDS})$`, 'i')
const ASSIGNMENT = new RegExp(`^(-{0,2}[\\w.-]*(?:${WORDS})=).+$`, 'is')
const PASSWORD_IN_ADDRESS = /([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi
const ONLY_TEMPLATE = /^\s*\{\{[^}]*\}\}\s*$/

export const HIDDEN = '***'

/** A template that names where the secret comes from is none itself. */
export function isNamedAsSecret(key: string, { value }: ScalarNode): boolean {
  if (value === null || value === '' || typeof value === 'boolean') return false
  return SECRET_KEY.test(key) && !ONLY_TEMPLATE.test(String(value))
}

/** A text without the secrets that it holds beside other things. */
export function withoutSecrets(text: string): string {
  return text.replace(ASSIGNMENT, `$1${HIDDEN}`).replace(PASSWORD_IN_ADDRESS, `$1:${HIDDEN}@`)
}
