// Whether nobody watches: CI systems say so with `CI`.

export function isUnattended(env: Readonly<Record<string, string | undefined>>): boolean {
  return !['', '0', 'false'].includes((env.CI ?? '').trim().toLowerCase())
}
