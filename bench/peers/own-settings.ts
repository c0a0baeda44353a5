// What a package manager reads of the environment of the person who runs this: where packages come from, by which proxy, and whose
// certificates count there, is theirs to say.
const EVERYWHERE = /^(HOME|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE)$/i

export const NPM = /^npm_config_/i
export const GO = /^GO[A-Z]+$/i
export const PIP = /^PIP_/i

export function settingsFor(manager: RegExp): Readonly<Record<string, string>> {
  const wanted = Object.entries(process.env).filter(([name]) => EVERYWHERE.test(name) || manager.test(name))
  return Object.fromEntries(wanted.map(([name, value]) => [name, value ?? '']))
}
