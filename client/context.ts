// What all of the client's steps share, opened once for one command and passed on as one thing.
import type { OctoConfig } from '../config/model/config.ts'
import type { Platform } from '../schemas/platform.ts'
import { printable } from '../schemas/quote.ts'
import type { Acceptance, ClientOptions } from './api.ts'
import type { Network } from './network.ts'
import { openNetwork } from './network.ts'
import type { Report } from './report.ts'
import type { Layout } from './store/layout.ts'
import { openStore } from './store/open-store.ts'
import { openShared, refusedShared } from './store/shared-store.ts'

export type ClientContext = {
  readonly config: OctoConfig
  readonly lockPath: string
  /** The lockfile may lack nothing, and is not written. */
  readonly frozen: boolean
  /** Of the store. */
  readonly layout: Layout
  /** Of the store that all users read, with the records of the own one; absent where there is none that may be used. */
  readonly shared?: Layout
  readonly network: Network
  readonly platform: Platform
  /** What it is told is safe to print. */
  readonly report: Report
  readonly accept: Acceptance
  readonly now: () => number
  /** For proxies, authorities and credentials. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Throws STORE_UNSAFE. The network is opened with the first request. */
export function openContext(options: ClientOptions): ClientContext {
  const { config, lockPath, platform, storeRoot, frozen = false, offline = false, env = {}, accept = {} } = options
  const layout = openStore(storeRoot)
  const report = printableReport(options.report ?? {})
  const shared = usableShared(layout, options.sharedRoot, report)
  const folders = config.repos
    .flatMap(({ url, mirrors = [] }) => [url, ...mirrors])
    .flatMap((url) => (url.startsWith('file:') ? [new URL('.', url).href] : []))
  const notice = report.waiting ? { onWait: report.waiting } : {}
  const network = openNetwork({ layout, offline, env, folders, ...notice })
  const stores = shared ? { layout, shared } : { layout }
  return { config, lockPath, frozen, ...stores, network, platform, report, accept, env, now: options.now ?? Date.now }
}

function usableShared(layout: Layout, root: string | undefined, { warn }: Report): Layout | undefined {
  const found = openShared(layout, root)
  if (found?.state === 'refused') warn?.(refusedShared(found))
  return found?.state === 'usable' ? found.layout : undefined
}

/** Reasons and names come from registries. */
function printableReport(report: Report): Report {
  const { warn, info, waiting } = report
  const safe = (show: (line: string) => void) => (line: string) => show(printable(line, 1000))
  return {
    ...report,
    ...(warn ? { warn: safe(warn) } : {}),
    ...(info ? { info: safe(info) } : {}),
    ...(waiting ? { waiting: safe(waiting) } : {}),
  }
}
