// What a server that refused a request says of the tokens that it takes (RFC 6750 §3), as registries of OCI do.

/** Its parameters by their names in lower case; undefined when it asks for no bearer token. */
export function bearerParameters(challenge: string): ReadonlyMap<string, string> | undefined {
  if (!/^\s*bearer\s/i.test(challenge)) return undefined
  // A name is looked for where one may begin: at each of its letters anew, a long one would take minutes.
  const pairs = [...challenge.matchAll(/(?<![a-z_])([a-z_]+)="([^"]*)"/gi)]
  return new Map(pairs.map(([, name = '', value = '']) => [name.toLowerCase(), value]))
}
