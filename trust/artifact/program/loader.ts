// Which C library a program is linked with, told by its loader: glibc's and musl's are not on each other's systems.
import type { Platform } from '../../../schemas/platform.ts'

const MUSL = /^ld-musl-[a-z0-9_]+(-sf)?\.so\.1$/
const GLIBC = /^(ld-linux(-[a-z0-9_-]+)?\.so\.[123]|ld64\.so\.[12]|ld\.so\.1|ld-lsb(-[a-z0-9]+)?\.so\.\d)$/

/** What does not fit, as the end of a sentence. Programs without a loader fit everywhere. */
export function problemOfLoader(loader: string, platform: Platform): string | undefined {
  if (!platform.startsWith('linux_')) return undefined
  const file = loader.slice(loader.lastIndexOf('/') + 1)
  const libc = MUSL.test(file) ? 'musl' : GLIBC.test(file) ? 'glibc' : undefined
  if (libc === undefined) return `has a loader that is neither glibc's nor musl's: \`${loader.slice(0, 100)}\``
  if ((libc === 'musl') === platform.endsWith('_musl')) return undefined
  return `is linked with ${libc} (\`${loader.slice(0, 100)}\`)`
}
