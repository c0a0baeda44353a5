// Sessions, sealing and states.
import { foldName } from '../../../../registry/db/folded-name.ts'
import type {
  Amount,
  FoundForPublishing,
  PluginChange,
  PromisedUpload,
  PublishingStore,
} from '../../../../registry/db/publishing-store.ts'
import type { Artifact, Plugin, Release, ReleaseKey, Session } from '../../../../registry/db/records.ts'
import { releaseDigest } from '../../../../registry/db/release-digest.ts'
import { traitsOf } from '../../../../registry/db/search-filters.ts'
import { stateOf } from '../../../../registry/db/version-state.ts'
import type { Digest } from '../../../../schemas/digest.ts'
import { shownToken } from './admin.ts'
import type { State, Steps } from './state.ts'
import { byText, nameOf, note, pluginOf, releasesOf, sum } from './state.ts'

export function publishingOf({ read, write }: Steps): PublishingStore {
  return {
    open: (question, decide) =>
      write((state) => {
        const { release, tokenId, blobs, idempotencyKey, sealedId, now, broughtSince } = question
        const request = state.requests.get(`${tokenId} ${idempotencyKey}`)
        const alive = [...state.sessions.values()].filter(
          (session) => session.state === 'open' && session.leaseUntil > now,
        )
        const promised = (whose: (session: Session) => boolean) =>
          amountOf(alive.filter(whose).flatMap(({ id }) => state.uploads.get(id) ?? []))
        const mine = [...state.blobs.values()].filter(
          ({ broughtBy, createdAt }) => broughtBy === tokenId && createdAt > broughtSince && createdAt <= now,
        )
        const opening = decide({
          ...findForPublishing(state, release, tokenId),
          repeated: request && { requestDigest: request.requestDigest, session: state.sessions.get(request.sessionId) },
          reopened: state.sessions.get(sealedId),
          openSessions: alive.filter((session) => session.tokenId === tokenId).length,
          live: new Map(
            blobs.flatMap((digest) => {
              const blob = state.blobs.get(digest)
              if (blob?.state !== 'live') return []
              return [[digest, { isOwn: blob.broughtBy === tokenId, heldBy: holdersOf(state, digest) }] as const]
            }),
          ),
          hasPrivate: [...state.repos.values()].includes('private'),
          promised: {
            own: promised((session) => session.tokenId === tokenId),
            others: promised((session) => session.tokenId !== tokenId),
          },
          brought: amountOf(mine),
        })
        const { session } = opening
        if (opening.kind === 'known') return session
        const before = state.sessions.get(session.id)
        if (opening.kind === 'new' && before) throw new Error('a session is there already')
        const isRenewed = opening.kind === 'sealed' && before
        state.sessions.set(session.id, isRenewed ? { ...before, leaseUntil: session.leaseUntil } : session)
        if (opening.kind === 'sealed') return session
        state.uploads.set(session.id, opening.uploads)
        const { idempotency } = opening
        if (idempotency)
          state.requests.set(`${tokenId} ${idempotency.key}`, {
            requestDigest: idempotency.requestDigest,
            sessionId: session.id,
          })
        return session
      }),
    find: (id) => read(({ sessions }) => sessions.get(id)),
    uploads: (id, digest) =>
      read((state) => uploadsOf(state, id).filter((upload) => digest === undefined || upload.digest === digest)),
    renew: (id, tokenId, decide) =>
      write((state) => {
        const leaseUntil = decide(shownToken(state.tokens.get(tokenId)))
        const session = state.sessions.get(id)
        if (session?.state !== 'open') return false
        state.sessions.set(id, { ...session, leaseUntil })
        return true
      }),
    abandon: (id, tokenId, decide) =>
      write((state) => {
        decide(shownToken(state.tokens.get(tokenId)))
        if (state.sessions.get(id)?.state === 'open') forgetSession(state, id)
      }),
    seal: ({ session, tokenId, signer }, decide) =>
      write((state) => {
        const sealing = decide({
          ...findForPublishing(state, session, tokenId),
          isOpen: state.sessions.get(session.id)?.state === 'open',
          uploads: uploadsOf(state, session.id),
          key: state.keys.get(`${session.repo} ${signer}`),
          hasPrivate: [...state.repos.values()].includes('private'),
          versions: releasesOf(state, session).map(({ release: { version, state: shown } }) => ({
            version,
            state: shown,
          })),
        })
        const open = state.sessions.get(session.id)
        if (open?.state === 'open') state.sessions.set(open.id, { ...open, state: 'published' })
        if (sealing.kind === 'repeated') return false
        const { release, artifacts, plugin, spent, audit } = sealing
        if (state.releases.has(nameOf(release))) throw new Error('a version is there already')
        putRelease(state, release, { artifacts, changedAt: release.publishedAt })
        changePlugin(state, release, plugin)
        state.budgets.set(tokenId, { ...state.budgets.get(tokenId), ...spent })
        note(state, audit)
        return true
      }),
    changeState: ({ release, tokenId }, decide) =>
      write((state) => {
        const change = decide({
          token: shownToken(state.tokens.get(tokenId)),
          repoExists: state.repos.has(release.repo),
          isPrivate: state.repos.get(release.repo) === 'private',
          plugin: state.plugins.get(pluginOf(release)),
          spent: state.budgets.get(tokenId) ?? {},
          release: state.releases.get(nameOf(release))?.release,
          versions: releasesOf(state, release).map(({ release: { version, state: shown } }) => ({
            version,
            state: shown,
          })),
        })
        const stored = state.releases.get(nameOf(release))
        if (!stored) throw new Error('there is no such version')
        if (change.kind === 'change') {
          const { artifacts } = stored
          putRelease(state, { ...stored.release, ...change.flags }, { artifacts, changedAt: change.plugin.at })
          changePlugin(state, release, change.plugin)
          state.budgets.set(tokenId, { ...state.budgets.get(tokenId), ...change.spent })
          note(state, change.audit)
        }
        const serial = state.plugins.get(pluginOf(release))?.serial ?? 0
        return { release: state.releases.get(nameOf(release))?.release ?? stored.release, serial }
      }),
    sweep: ({ now, latest = Number.MAX_SAFE_INTEGER, forgetBefore }) =>
      write((state) => {
        const all = [...state.sessions.values()]
        const isOver = ({ leaseUntil }: Session, before: number) => leaseUntil <= before || leaseUntil > latest
        const expired = all.filter((session) => session.state === 'open' && isOver(session, now))
        const ended = all.filter(
          (session) => session.state !== 'open' && forgetBefore !== undefined && isOver(session, forgetBefore),
        )
        for (const { id } of [...expired, ...ended]) forgetSession(state, id)
        return expired.map(({ id }) => id)
      }),
    listOpen: () =>
      read(({ sessions }) => [...sessions.values()].filter(({ state }) => state === 'open').map(({ id }) => id)),
  }
}

function amountOf(blobs: readonly { readonly size: number }[]): Amount {
  return { bytes: sum(blobs.map(({ size }) => size)), blobs: blobs.length }
}

function findForPublishing(state: State, release: ReleaseKey, tokenId: string): FoundForPublishing {
  const { repo } = release
  const stored = state.releases.get(nameOf(release))
  const plugin = state.plugins.get(pluginOf(release))
  const ofRepo = [...state.plugins.values()].filter((each) => each.repo === repo)
  return {
    token: shownToken(state.tokens.get(tokenId)),
    repoExists: state.repos.has(repo),
    plugin,
    spent: state.budgets.get(tokenId) ?? {},
    sealed: stored && { ...stored.release, artifacts: stored.artifacts },
    wasPublished: state.audit.some(
      ({ action, subject }) => action === 'publish' && subject === `${repo}/${release.plugin}@${release.version}`,
    ),
    sameName: ofRepo.find((each) => foldName(each.plugin) === foldName(release.plugin))?.plugin,
    siblings: plugin ? releasesOf(state, release).length : ofRepo.length,
  }
}

export function uploadsOf(state: State, id: string): PromisedUpload[] {
  const { uploads, blobs, sessions } = state
  const promised = [...(uploads.get(id) ?? [])].sort((a, b) => byText(a.digest, b.digest))
  return promised.map(({ digest, size, isReceived = false }) => {
    const found = blobs.get(digest)
    const blob = found?.state === 'live' ? found : undefined
    const isOwn = isReceived || (blob !== undefined && blob.broughtBy === sessions.get(id)?.tokenId)
    return { digest, size, storedSize: blob?.size, isOwn, heldBy: blob ? holdersOf(state, digest) : [] }
  })
}

function holdersOf({ releases, repos }: State, digest: Digest): PromisedUpload['heldBy'] {
  const holding = [...releases.values()].filter(
    ({ release, artifacts }) => release.bundleDigest === digest || artifacts.some((file) => file.digest === digest),
  )
  return [...new Set(holding.map(({ release }) => release.repo))].map((repo) => {
    return { repo, visibility: repos.get(repo) ?? 'public' }
  })
}

function forgetSession(state: State, id: string): void {
  state.sessions.delete(id)
  state.uploads.delete(id)
  for (const [name, { sessionId }] of state.requests) if (sessionId === id) state.requests.delete(name)
}

type Beside = { readonly artifacts: readonly Artifact[]; readonly changedAt: number }

function putRelease(state: State, release: Omit<Release, 'state'>, { artifacts, changedAt }: Beside): void {
  const sorted = [...artifacts].sort((a, b) => byText(a.platform, b.platform))
  const stored = { ...release, state: stateOf(release) }
  const digest = releaseDigest(release, sorted)
  state.releases.set(nameOf(release), { release: stored, artifacts: sorted, digest, changedAt })
}

function changePlugin(state: State, { repo, plugin }: ReleaseKey, change: PluginChange): void {
  const { serial, newest, describedBy, at } = change
  const described = state.releases.get(nameOf({ repo, plugin, version: describedBy }))
  if (!described) throw new Error('there is no such version')
  const { kind, category = null, description } = described.release.predicate.manifest
  const isAlike = (other: Plugin) => other.plugin !== plugin && foldName(other.plugin) === foldName(plugin)
  if ([...state.plugins.values()].some((other) => other.repo === repo && isAlike(other)))
    throw new Error('a plugin with such a name is there already')
  const createdAt = state.plugins.get(`${repo}/${plugin}`)?.createdAt ?? at
  state.plugins.set(`${repo}/${plugin}`, { repo, plugin, serial, newest, kind, category, description, createdAt })
  state.traits.set(`${repo}/${plugin}`, traitsOf(described.release.predicate, described.release.signer))
  state.outbox.push({ id: ++state.lastOutboxId, kind: 'plugin', repo, plugin })
}
