// The real octoctl: named by OCTOCTL_BIN, or installed once from its published Go module where Go is present.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { keptProgram } from '../machine/kept-program.ts'

const VERSION = 'v0.0.11'
const INSTALL_MS = 180_000

type OctoctlProgram = { readonly path: string } | { readonly missing: string }

export function findOctoctl(): OctoctlProgram {
  const named = process.env.OCTOCTL_BIN
  if (named) return existsSync(named) ? { path: named } : { missing: `OCTOCTL_BIN names ${named}, which is not there` }
  if (spawnSync('go', ['version']).status !== 0) return { missing: 'Go is not on this machine' }
  return keptProgram('octoctl', { key: VERSION, build: install })
}

/** Says why it cannot. */
function install(folder: string): string | undefined {
  const env = { ...process.env, GOBIN: folder }
  const module = `github.com/octocompose/octoctl/cmd/octoctl@${VERSION}`
  const { status, stderr } = spawnSync('go', ['install', module], { env, encoding: 'utf8', timeout: INSTALL_MS })
  if (status === 0) return undefined
  return `octoctl ${VERSION} cannot be installed: ${stderr?.trim().split('\n').at(-1) ?? ''}`
}
