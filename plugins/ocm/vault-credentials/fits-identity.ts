// Whether an identity of a consumer is one that a row is for.
type Identity = Readonly<Record<string, string>>

/** Each key of `match` has to be there with the same value; a `path` also fits what lies below it. */
export function fitsIdentity(match: Identity, identity: Identity): boolean {
  return Object.entries(match).every(([key, value]) => {
    const found = Object.hasOwn(identity, key) ? identity[key] : undefined
    if (found === value) return true
    return key === 'path' && found !== undefined && `${trimmed(found)}/`.startsWith(`${trimmed(value)}/`)
  })
}

function trimmed(path: string): string {
  return path.replace(/^\/+|\/+$/g, '')
}
