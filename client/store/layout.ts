// Paths of the store, nothing else. The layout's version is in every path, so that another layout never misreads old bytes.
import { join, sep } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { hexOf } from '../../schemas/digest.ts'

export type Layout = ReturnType<typeof layoutOf>

declare const treeKey: unique symbol

/** `<digest in hex>-<format>-<what else decides>`: see stored-artifact.ts. */
export type TreeKey = string & { readonly [treeKey]: true }

export function isTreeKey(text: unknown): text is TreeKey {
  return typeof text === 'string' && /^[0-9a-f]{64}-(raw|tar\.gz)-[0-9a-f]{32}$/.test(text)
}

export function layoutOf(root: string) {
  const base = join(root, 'v1')
  // Each part is a plain name: joining them with care takes long enough to be seen in a warm run.
  const at = (...parts: readonly string[]) => [base, ...parts].join(sep)
  return {
    root,
    base,
    /** The root of another store, where bytes are read from that: see shared-store.ts. */
    sharedRoot: undefined as string | undefined,
    /** e.g. `v1/blobs/sha256/2c26…`: bytes as they were downloaded. */
    blobs: at('blobs', 'sha256'),
    blob: (digest: Digest) => at('blobs', 'sha256', hexOf(digest)),
    /** e.g. `v1/releases/sha256/9f86…`: signature bundles. */
    releases: at('releases', 'sha256'),
    release: (digest: Digest) => at('releases', 'sha256', hexOf(digest)),
    /** e.g. `v1/trees/sha256/2c26…-tar.gz-81b6…/bin/tool`: what is executed; raw artifacts are hard links to their blob. */
    trees: at('trees', 'sha256'),
    tree: (key: TreeKey) => at('trees', 'sha256', key),
    /** e.g. `v1/memo/2c26…-tar.gz-81b6….json`: identity of files when they were last hashed. Disposable. */
    memos: at('memo'),
    memo: (key: TreeKey) => at('memo', `${key}.json`),
    /** e.g. `v1/warm/81b6d3e0.json`: answers for readWarmRun. Disposable. */
    warm: at('warm'),
    warmRecord: (key: string) => at('warm', `${key}.json`),
    /** e.g. `v1/proven/9f86….json`: since when a bundle is proven on this machine. */
    proven: at('proven'),
    provenRecord: (bundle: Digest) => at('proven', `${hexOf(bundle)}.json`),
    /** e.g. `v1/made/9f86….json`: which program was taken out of an image or built from a commit on this machine. */
    made: at('made'),
    madeRecord: (key: Digest) => at('made', `${hexOf(key)}.json`),
    /** e.g. `v1/shims/60f3….json`: the text that `octo link` wrote, by the path it wrote it to. */
    shims: at('shims'),
    shimRecord: (path: string) => at('shims', `${short(path, 40)}.json`),
    /** e.g. `v1/shim-names/2c26…/check-http`: a link to what is executed, for programs that look at what they are called. */
    shimNames: at('shim-names'),
    shimName: (key: TreeKey, argv0: string) => at('shim-names', key, argv0),
    /** e.g. `v1/parts/2c26…`: a download that broke off, with `.json` saying from where. */
    parts: at('parts'),
    part: (digest: Digest) => at('parts', hexOf(digest)),
    /** e.g. `v1/documents/60f3….json`: copies of plugin documents by URL. Disposable. */
    documents: at('documents'),
    document: (url: string) => at('documents', `${short(url, 40)}.json`),
    /** e.g. `v1/seen/60f3…`: highest serial of a plugin document that was ever seen, by URL. */
    seen: at('seen'),
    seenSerial: (url: string) => at('seen', short(url, 40)),
    /** e.g. `v1/known-locks/60f3…`: path of a lockfile whose artifacts are kept by collect. */
    knownLocks: at('known-locks'),
    knownLock: (path: string) => at('known-locks', short(path, 40)),
    /** e.g. `v1/known-programs/60f3…`: a program that a service of a project uses, kept by collect. */
    knownPrograms: at('known-programs'),
    knownProgram: (key: string) => at('known-programs', short(key, 40)),
    /** e.g. `v1/used/2c26…-tar.gz-81b6…`: empty; its time says when the tree was last used. Disposable. */
    used: at('used'),
    useMark: (key: TreeKey) => at('used', key),
    /** e.g. `v1/locked/60f3…`: what the lockfile at that path named, for when that cannot be found for a while. */
    locked: at('locked'),
    lockedDigests: (path: string) => at('locked', short(path, 40)),
    /** e.g. `v1/locks/2c2.lock`: held while blobs of that prefix are downloaded. A fixed number, so none is ever deleted. */
    locks: at('locks'),
    configLock: (path: string) => at('locks', `config-${short(path, 1)}.lock`),
    shimLock: (path: string) => at('locks', `shim-${short(path, 1)}.lock`),
    /** Held while a program is built: one at a time, as each takes the whole machine. */
    makingLock: at('locks', 'making.lock'),
    blobLock: (digest: Digest) => at('locks', `${hexOf(digest).slice(0, 3)}.lock`),
    /** `v1/locks/store.lock`: shared by installs, exclusive for collect. */
    storeLock: at('locks', 'store.lock'),
    /** Staged files, renamed into place when they are whole. */
    staging: at('staging'),
  }
}

function short(text: string, length: number): string {
  const { hash } = process.getBuiltinModule('node:crypto')
  return hash('sha256', text).slice(0, length)
}
