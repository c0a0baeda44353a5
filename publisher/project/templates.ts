// What `octo init` can start, and under which licence.
const OCM = 'a service plugin of the Open Component Model that'

/** Names and what they give, in the order in which people are offered them. */
export const TEMPLATES: Readonly<Record<string, string>> = {
  node: 'a check in JavaScript, published once for every platform that has Node',
  python: 'a check in Python, published once for every platform that has python3',
  shell: 'a check as a script, published once for every platform that has sh',
  go: 'a check in Go, an executable for each platform',
  rust: 'a check in Rust, an executable for each platform',
  operator: 'what runs the services of a config, in JavaScript',
  'ocm-blob-transformer': `${OCM} packs blobs with gzip`,
  'ocm-component-lister': `${OCM} lists the components of a folder`,
  'ocm-component-version-repository': `${OCM} reads component versions from a folder`,
  'ocm-credential-plugin': `${OCM} gives credentials from a file`,
  'ocm-credential-repository': `${OCM} keeps credentials in a file`,
  'ocm-digest-processor-repository': `${OCM} says digests of files`,
  'ocm-input-repository': `${OCM} makes resources of files`,
  'ocm-resource-repository': `${OCM} fetches and stores resources in files`,
  'ocm-signing-handler': `${OCM} signs with Ed25519 keys in files`,
}

export const TEMPLATE_NAMES: readonly string[] = Object.keys(TEMPLATES)

/** What the template does, in the words of its manifest: for those of service plugins. */
export function summaryOf(template: string): string {
  return (TEMPLATES[template] ?? '').replace(`${OCM} `, '')
}

/** SPDX names of the licences whose text octo brings; `none` writes no file and says nothing in plugin.yaml. */
export const LICENCES = ['Apache-2.0', 'MIT', 'none'] as const
export type Licence = (typeof LICENCES)[number]
