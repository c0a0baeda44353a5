// Certificates of an authority made here, as a company runs one for its own servers. Needs openssl.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { tempFolder } from './temp-folder.ts'

const hasOpenssl = (() => {
  try {
    return execFileSync('openssl', ['version']).length > 0
  } catch {
    return false
  }
})()
/** For the tests that need it. */
export const withoutOpenssl = hasOpenssl ? false : 'needs openssl'

export type Leaf = { readonly san?: string; readonly dates?: readonly [string, string]; readonly chain?: boolean }

export function ownAuthority(t: TestContext) {
  const cwd = tempFolder(t)
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd, stdio: ['ignore', 'pipe', 'ignore'] })
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...ec, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '9', '-subj', '/CN=CA')
  return {
    file: join(cwd, 'ca.pem'),
    folder: cwd,
    issue({ san = 'DNS:localhost', dates, chain = false }: Leaf = {}) {
      openssl('req', ...ec, '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', '/CN=leaf')
      writeFileSync(join(cwd, 'ext'), `subjectAltName=${san}\n`)
      const span = dates ? ['-not_before', dates[0], '-not_after', dates[1]] : ['-days', '9']
      const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'ext']
      openssl('x509', '-req', '-in', 'leaf.csr', ...by, ...span, '-out', 'leaf.pem')
      const read = (name: string) => readFileSync(join(cwd, name), 'utf8')
      return { key: read('leaf.key'), cert: `${read('leaf.pem')}${chain ? read('ca.pem') : ''}` }
    },
  }
}
