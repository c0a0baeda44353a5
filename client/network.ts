// The client's one way to the network, opened with the first request; with `offline` there is none.
import type { OciRepository } from '../oci/open-repository.ts'
import type { ComponentAddress } from '../schemas/component/address.ts'
import { DAY_MS } from '../schemas/duration.ts'
import { coded } from '../schemas/errors.ts'
import { parseJson } from '../schemas/json.ts'
import { quote } from '../schemas/quote.ts'
import { shownAddress } from '../schemas/shown-address.ts'
import { readIfWhole, writeDisposable } from '../system/files/atomic-file.ts'
import type { DocumentCopies, DocumentCopy } from '../system/http/fetch-text.ts'
import { fetchText } from '../system/http/fetch-text.ts'
import type { Http, Refused } from '../system/http/open-http.ts'
import { openHttp } from '../system/http/open-http.ts'
import type { RetryOptions } from '../system/http/retry.ts'
import type { Layout } from './store/layout.ts'

/** Gives a document's text, or undefined where the repo has none; joins network and offline copies. */
export type FetchDocument = (url: URL, maxBytes: number, retry?: RetryOptions) => Promise<string | undefined>

type NetworkOptions = {
  readonly layout: Layout
  readonly offline: boolean
  /** For proxies, authorities and credentials. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Told what is waited for, when that takes a while. */
  readonly onWait?: ((line: string) => void) | undefined
  /** Addresses of folders on this machine, ending in `/`: of repos that local documents name by `file:`. */
  readonly folders?: readonly string[]
}

export type Network = Disposable & {
  /** For what is at this address; throws OFFLINE, and FETCH_REFUSED for a file outside of the repos on this machine. */
  http(what: string): Promise<Http>
  /** Documents, asked for again only when they changed; offline, the copies of earlier. */
  readonly fetchDocument: FetchDocument
  readonly offline: boolean
  /** Hosts that did not answer, and mirrors of whose use was told; see sources/places.ts. */
  readonly silent: Set<string>
  readonly toldMirrors: Set<string>
  /** The OCI repository of a component, opened once. Throws OFFLINE. */
  component(address: ComponentPlace): Promise<OciRepository>
}

type ComponentPlace = Pick<ComponentAddress, 'host' | 'folder' | 'component'>

export function openNetwork({ layout, offline, env, onWait, folders = [] }: NetworkOptions): Network {
  let opened: Promise<Http> | undefined
  const notice = onWait ? { onWait } : {}
  const http = async (what: string) => {
    if (isFile(what)) return localFiles(what, folders)
    if (offline) throw notAllowed(what)
    opened ??= openHttp({
      env,
      credentials: (url, challenge) => credentialsFor(env, url, challenge),
      hintOf,
      ...notice,
    })
    return opened
  }
  const copies = copiesIn(layout, offline)
  const components = new Map<string, Promise<OciRepository>>()
  const letGo = (opened: Promise<Disposable> | undefined) =>
    void opened?.then((open) => open[Symbol.dispose]()).catch(() => undefined)
  return {
    http,
    offline,
    silent: new Set(),
    toldMirrors: new Set(),
    async component(address) {
      const what = `ocm://${address.host}/${address.folder}/${address.component}`
      if (offline) throw notAllowed(what)
      const { openComponent } = await import('../oci/read-component.ts')
      const repository = components.get(what) ?? openComponent(address, { env, onWait })
      components.set(what, repository)
      return repository
    },
    async fetchDocument(url, maxBytes, retry) {
      if (isFile(url.href)) return fetchText(await http(url.href), { url, maxBytes })
      const copy = offline ? copies.read(url.href) : undefined
      return copy ? copy.text : fetchText(await http(url.href), { url, maxBytes, copies, retry })
    },
    [Symbol.dispose]() {
      for (const one of [opened, ...components.values()]) letGo(one)
    },
  }
}

function isFile(address: string): boolean {
  return /^file:/i.test(address)
}

/** A document or lockfile from elsewhere may name any file: only those of repos that the config has on this machine are read. */
async function localFiles(address: string, folders: readonly string[]): Promise<Http> {
  const { href } = new URL(address)
  if (!folders.some((folder) => href.startsWith(folder)))
    throw coded('FETCH_REFUSED', {
      message: `${quote(shownAddress(href))} is no file of a repo that the config has on this machine`,
      details: { url: href },
    })
  const { LOCAL_FILES } = await import('../system/http/local-files.ts')
  return LOCAL_FILES
}

/** A document's text inside JSON: at worst each of its bytes is escaped. */
const MAX_COPY_BYTES = 128 * 1024 * 1024
/** A forged answer may carry the ETag of the real document, and would then be confirmed for ever. */
const MAX_COPY_AGE_MS = DAY_MS

/** Loaded when a server asks for a login: most never do. */
async function credentialsFor(env: NetworkOptions['env'], url: URL, challenge: string | undefined) {
  const { credentialsFrom } = await import('../credentials/read-credentials.ts')
  return credentialsFrom(env)(url, challenge)
}

async function hintOf(refused: Refused): Promise<string | undefined> {
  if (refused.status === 451)
    return 'nobody is given this version; `octo outdated` names another, and `octo update` takes it'
  const { loginHint } = await import('../credentials/login-hint.ts')
  return loginHint(refused)
}

type StoredCopy = DocumentCopy & { readonly url: string; readonly at: number }

/** Undecodable copies are misses: another octo may have written them. One that cannot be written costs a request. */
function copiesIn(layout: Layout, offline: boolean): DocumentCopies {
  const isFresh = (at: unknown) => typeof at === 'number' && Math.abs(Date.now() - at) < MAX_COPY_AGE_MS
  return {
    read(url) {
      try {
        const text = readIfWhole(layout.document(url)) ?? 'null'
        const copy = parseJson(text, url, MAX_COPY_BYTES) as Partial<StoredCopy> | null
        if (!offline && !isFresh(copy?.at)) return undefined
        return copy?.url === url && typeof copy.etag === 'string' && typeof copy.text === 'string'
          ? (copy as DocumentCopy)
          : undefined
      } catch {
        return undefined
      }
    },
    write(url, copy) {
      const text = JSON.stringify({ url, at: Date.now(), ...copy })
      writeDisposable(layout.document(url), text, { staging: layout.staging })
    },
  }
}

function notAllowed(needed: string): Error {
  const what = shownAddress(needed)
  return coded('OFFLINE', {
    message: `${quote(what)} is needed from the network, and \`--offline\` forbids it`,
    details: { needed: what },
    hint: 'run `octo install` once with network',
  })
}
