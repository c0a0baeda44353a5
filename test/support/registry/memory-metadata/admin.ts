// Tokens, repos with their keys, and the audit log.
import type { RepoKey, Token } from '../../../../registry/db/records.ts'
import type { AuditStore, NewRepoKey, RepoStore, TokenStore } from '../../../../registry/db/store.ts'
import type { Name } from '../../../../schemas/name.ts'
import type { State, Steps } from './state.ts'
import { byText, note } from './state.ts'

export function tokensOf({ read, write }: Steps): TokenStore {
  return {
    create: (token, audit) =>
      write((state) => {
        const taken = [...state.tokens.values()].some(({ secretSha256 }) => secretSha256 === token.secretSha256)
        if (taken || state.tokens.has(token.id)) throw new Error('a token is there already')
        state.tokens.set(token.id, { ...token, lastUsedAt: null, revokedAt: null })
        note(state, audit)
      }),
    revoke: (id, decide) =>
      write((state) => {
        const token = state.tokens.get(id)
        const { revokedAt, audit } = decide(shownToken(token))
        if (token?.revokedAt === null) state.tokens.set(id, { ...token, revokedAt })
        note(state, audit)
      }),
    find: (id) => read(({ tokens }) => shownToken(tokens.get(id))),
    findBySecret: (secret) =>
      read(({ tokens }) => shownToken([...tokens.values()].find(({ secretSha256 }) => secretSha256 === secret))),
    list: () =>
      read(({ tokens }) =>
        [...tokens.values()]
          .sort((a, b) => a.createdAt - b.createdAt || byText(a.id, b.id))
          .flatMap((token) => shownToken(token) ?? []),
      ),
    noteUse: (id, lastUsedAt) =>
      write(({ tokens }) => {
        const token = tokens.get(id)
        if (token) tokens.set(id, { ...token, lastUsedAt })
      }),
  }
}

export function shownToken(token: (Token & { readonly secretSha256: string }) | undefined): Token | undefined {
  if (!token) return undefined
  const { secretSha256: _, ...shown } = token
  return shown
}

export function reposOf({ read, write }: Steps): RepoStore {
  const found = (state: State, repo: Name, id: string) => ({
    repoExists: state.repos.has(repo),
    key: state.keys.get(`${repo} ${id}`),
  })
  const addKey = (state: State, repo: Name, { key, addedAt }: Omit<NewRepoKey, 'audit'>) => {
    const { id, kind, pem, from = null, to = null } = key
    if (state.keys.has(`${repo} ${id}`)) throw new Error('a key is there already')
    state.keys.set(`${repo} ${id}`, { repo, id, kind, pem, validFrom: from, validTo: to, addedAt, revokedAt: null })
  }
  return {
    create: (repo, decide) =>
      write((state) => {
        const made = decide({ exists: state.repos.has(repo), repos: state.repos.size })
        const { createdAt, visibility = 'public', keys, audit } = made
        state.repos.set(repo, visibility)
        for (const key of keys) addKey(state, repo, { key, addedAt: createdAt })
        for (const entry of audit) note(state, entry)
        state.outbox.push({ id: ++state.lastOutboxId, kind: 'repo', repo, plugin: null })
      }),
    addKey: (repo, id, decide) =>
      write((state) => {
        const added = decide(found(state, repo, id))
        addKey(state, repo, added)
        note(state, added.audit)
      }),
    revokeKey: (repo, id, decide) =>
      write((state) => {
        const { key } = found(state, repo, id)
        const { revokedAt, audit } = decide(found(state, repo, id))
        if (key?.revokedAt === null) state.keys.set(`${repo} ${id}`, { ...key, revokedAt })
        note(state, audit)
      }),
    changeVisibility: (repo, decide) =>
      write((state) => {
        const change = decide(state.repos.get(repo))
        if (!change) return
        state.repos.set(repo, change.visibility)
        note(state, change.audit)
        state.outbox.push({ id: ++state.lastOutboxId, kind: 'repo', repo, plugin: null })
      }),
    exists: (repo) => read(({ repos }) => repos.has(repo)),
    visibility: (repo) => read(({ repos }) => repos.get(repo)),
    list: (visibility) =>
      read(({ repos }) =>
        [...repos]
          .filter(([, own]) => visibility === undefined || own === visibility)
          .map(([name]) => name)
          .sort(byText),
      ),
    hasPrivate: () => read(({ repos }) => [...repos.values()].includes('private')),
    keys: (repo) => read(({ keys }) => keysOf(keys, repo)),
  }
}

function keysOf(keys: State['keys'], repo: Name): RepoKey[] {
  const own = [...keys.values()].filter((key) => key.repo === repo)
  return own.sort((a, b) => a.addedAt - b.addedAt || byText(a.id, b.id))
}

export function auditOf({ read }: Steps): AuditStore {
  const isBelow = (subject: string, text: string) =>
    subject === text || subject.startsWith(`${text}/`) || subject.startsWith(`${text}@`)
  return {
    head: () =>
      read(({ audit }) => {
        const last = audit.at(-1)
        return last && { id: last.id, rowSha256: last.rowSha256 }
      }),
    at: (id) =>
      read(({ audit }) => {
        const found = audit.find((record) => record.id === id)
        return found && { id, rowSha256: found.rowSha256 }
      }),
    async *walk() {
      yield* await read(({ audit }) => [...audit])
    },
    list: ({ subject, actor, since, limit }) =>
      read(({ audit }) =>
        audit
          .filter((record) => subject === undefined || isBelow(record.subject, subject))
          .filter((record) => actor === undefined || record.actor === actor)
          .filter((record) => since === undefined || record.at >= since)
          .reverse()
          .slice(0, limit)
          .map(({ previous: _, rowSha256: __, ...shown }) => shown),
      ),
  }
}
