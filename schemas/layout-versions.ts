// Numbers of what octo keeps on a machine between two starts. A newer octo may write what an older one does not read; a package
// says its numbers, so that whoever goes back to an older octo is told before it is too late.

export const LAYOUT_VERSIONS = {
  /** Of the store; it stands in every path of it. */
  store: 1,
  /** Of a registry's database: how many migrations it has. */
  registry: 9,
  /** Of a supervisor's journal; it stands in every line of it. */
  journal: 1,
} as const

export type LayoutName = keyof typeof LAYOUT_VERSIONS
export type LayoutVersions = Readonly<Record<LayoutName, number>>
