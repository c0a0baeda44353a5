// The real octoctl: named by OCTOCTL_BIN, or installed once from its published Go module where Go is present.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const VERSION = 'v0.0.11'
const INSTALL_MS = 180_000

type OctoctlProgram = { readonly path: string } | { readonly missing: string }

export function findOctoctl(): OctoctlProgram {
  const named = process.env.OCTOCTL_BIN
  if (named) return existsSync(named) ? { path: named } : { missing: `OCTOCTL_BIN names ${named}, which is not there` }
  if (spawnSync('go', ['version']).status !== 0) return { missing: 'Go is not on this machine' }
  return install(join(tmpdir(), `octo-interop-octoctl-${VERSION}-${process.getuid?.() ?? 'user'}`))
}

function install(folder: string): OctoctlProgram {
  const path = join(folder, process.platform === 'win32' ? 'octoctl.exe' : 'octoctl')
  if (existsSync(path)) return { path }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const env = { ...process.env, GOBIN: folder }
  const module = `github.com/octocompose/octoctl/cmd/octoctl@${VERSION}`
  const { status, stderr } = spawnSync('go', ['install', module], { env, encoding: 'utf8', timeout: INSTALL_MS })
  if (status === 0) return { path }
  return { missing: `octoctl ${VERSION} cannot be installed: ${stderr?.trim().split('\n').at(-1) ?? ''}` }
}
