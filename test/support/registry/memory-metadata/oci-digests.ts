// Under which digests releases are served as component versions.
import type { OciDigestStore } from '../../../../registry/db/store.ts'
import type { Steps } from './state.ts'
import { byText, nameOf, releasesOf } from './state.ts'

export function ociDigestsOf({ read, write }: Steps): OciDigestStore {
  return {
    find: ({ repo, plugin }, digest) =>
      read(({ ociDigests }) => {
        const found = ociDigests.get(digest)
        return found?.repo === repo && found.plugin === plugin ? found.version : undefined
      }),
    unknown: (plugin, { domain, limit }) =>
      read((state) => {
        const noted = new Set([...state.ociDigests.values()].filter((each) => each.domain === domain).map(nameOf))
        return releasesOf(state, plugin)
          .filter(({ release }) => !noted.has(nameOf(release)))
          .map(({ release }) => release.version)
          .sort(byText)
          .slice(0, limit)
      }),
    note: ({ repo, plugin }, { domain, digests }) =>
      write(({ ociDigests }) => {
        for (const { digest, version } of digests)
          if (!ociDigests.has(digest)) ociDigests.set(digest, { repo, plugin, version, domain })
      }),
  }
}
