// The platform key of this machine.
import { existsSync } from 'node:fs'
import type { Platform } from '../schemas/platform.ts'
import { platformOf } from '../schemas/platform.ts'

/** Node's names for musl's loaders; asking `process.report` instead takes longer than everything else a warm run does. */
const LOADER_NAMES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64', ia32: 'i386', arm: 'armhf' }

export function hostPlatform(): Platform {
  return platformOf({ platform: process.platform, arch: process.arch, musl: isMusl() })
}

/** musl systems have no loader of glibc; a glibc system may have musl's beside its own. */
function isMusl(): boolean {
  if (process.platform !== 'linux') return false
  const loader = `/lib/ld-musl-${LOADER_NAMES[process.arch] ?? process.arch}.so.1`
  return existsSync(loader) && !GLIBC_LOADERS.some((path) => existsSync(path))
}

const GLIBC_LOADERS = [
  '/lib64/ld-linux-x86-64.so.2',
  '/lib/ld-linux-aarch64.so.1',
  '/lib/ld-linux.so.2',
  '/lib/ld-linux-armhf.so.3',
]
