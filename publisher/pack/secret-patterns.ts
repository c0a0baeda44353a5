// What looks like a secret: file names that exist to hold some, and texts that are some. Chosen so that programs which
// merely talk about keys (a PEM reader, a token checker) do not match: a find always has the secret's own bytes.

/** Says what a file name stands for, or nothing. */
export function secretFileName(path: string): string | undefined {
  const base = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  return SECRET_FILES.find(({ pattern }) => pattern.test(base))?.what
}

const SECRET_FILES: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /^\.env(\..*|rc)?$/, what: 'environment file' },
  { pattern: /^id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/, what: 'SSH private key' },
  { pattern: /\.(p12|pfx|jks|keystore|kdbx)$/, what: 'key store' },
  {
    pattern: /^(\.netrc|_netrc|\.pgpass|\.git-credentials|\.pypirc|\.htpasswd|\.dockercfg)$/,
    what: 'credentials file',
  },
]

export type SecretPattern = {
  readonly what: string
  /** A literal that every match contains: looking for it first keeps the scan of large files fast. */
  readonly marker: string
  /** Bytes before and after the marker that a match may reach over. */
  readonly before: number
  readonly after: number
  readonly pattern: RegExp
}

/** Patterns see one byte as one character (latin1) and are linear. */
export const SECRET_PATTERNS: readonly SecretPattern[] = [
  {
    what: 'private key',
    marker: 'PRIVATE KEY',
    before: 32,
    after: 400,
    // The line end may be written as `\n` inside a string of a program; PEM headers may stand before the base64.
    pattern:
      /-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----(?:\\r|\\n|\s){1,8}(?:[A-Za-z-]{1,20}: [^\r\n\\]{0,100}(?:\\r|\\n|\s){1,8}){0,3}(?:[A-Za-z0-9+/=]|\\n|\s){60}/,
  },
  token('octo token', 'octo_', /octo_[A-Za-z0-9_-]{30,200}/),
  token('npm token', 'npm_', /npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/),
  token('npm registry login', '_auth', /_auth(?:Token)?\s{0,4}=\s{0,4}["']?[A-Za-z0-9+/=_-]{20,400}/),
  token('GitHub token', 'gh', /gh[pousr]_[A-Za-z0-9]{36,255}(?![A-Za-z0-9])/),
  token('GitHub token', 'github_pat_', /github_pat_[A-Za-z0-9_]{60,255}/),
  token('GitLab token', 'glpat-', /glpat-[A-Za-z0-9_-]{20,255}/),
  token('Slack token', 'xox', /xox[abprs]-[A-Za-z0-9-]{20,255}/),
  token(
    'AWS secret key',
    'aws_secret_access_key',
    /aws_secret_access_key["']?\s{0,4}[=:]\s{0,4}["']?[A-Za-z0-9/+]{40}/,
  ),
]

function token(what: string, marker: string, pattern: RegExp): SecretPattern {
  return { what, marker, before: 1, after: 480, pattern: new RegExp(`(?<![A-Za-z0-9])${pattern.source}`) }
}
