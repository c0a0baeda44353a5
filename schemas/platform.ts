// Platform keys as OctoCompose writes them: `GOOS_GOARCH`, optionally `_musl`, or `any` for a runtime's artifact.
import { coded } from './errors.ts'
import { quote } from './quote.ts'

declare const platformBrand: unique symbol
/** `linux_amd64`, `linux_arm64_musl`, `darwin_arm64`, `windows_amd64`, `any` … */
export type Platform = string & { readonly [platformBrand]: true }

export const ANY = 'any' as Platform

const SYSTEMS = new Set([
  'linux',
  'darwin',
  'windows',
  'freebsd',
  'netbsd',
  'openbsd',
  'dragonfly',
  'solaris',
  'illumos',
  'aix',
  'android',
])
const ARCHITECTURES = new Set([
  'amd64',
  'arm64',
  '386',
  'arm',
  'ppc64',
  'ppc64le',
  'riscv64',
  's390x',
  'loong64',
  'mips64',
  'mips64le',
])
const SYSTEM_ALIASES = new Map([
  ['macos', 'darwin'],
  ['osx', 'darwin'],
  ['mac', 'darwin'],
  ['win32', 'windows'],
  ['win', 'windows'],
])
const ARCHITECTURE_ALIASES = new Map([
  ['x86_64', 'amd64'],
  ['x64', 'amd64'],
  ['aarch64', 'arm64'],
  ['ia32', '386'],
  ['i386', '386'],
  ['i686', '386'],
])

export function isPlatform(text: unknown): text is Platform {
  if (text === ANY) return true
  if (typeof text !== 'string' || text.length > 40) return false
  const [system = '', architecture = '', libc, rest] = text.split('_')
  if (!SYSTEMS.has(system) || !ARCHITECTURES.has(architecture) || rest !== undefined) return false
  return libc === undefined || (libc === 'musl' && system === 'linux')
}

/** Reads what people type: `macos-x86_64`, `linux/aarch64`, `win32-x64` become their normal form. */
export function parsePlatformInput(text: string): Platform {
  const lower = text.slice(0, 64).toLowerCase()
  const spelled = [...ARCHITECTURE_ALIASES].reduce(
    (rest, [alias, name]) => rest.replace(new RegExp(`([-_/])${alias}(?=$|[-_/])`), `$1${name}`),
    lower,
  )
  const [system = '', ...others] = spelled.split(/[-_/]/)
  const candidate = [SYSTEM_ALIASES.get(system) ?? system, ...others].join('_')
  if (isPlatform(candidate)) return candidate
  throw platformInvalid(text)
}

/** The key of a Node process: `platform` and `arch` as Node names them. */
export function platformOf(node: {
  readonly platform: string
  readonly arch: string
  readonly musl?: boolean
}): Platform {
  const key = parsePlatformInput(`${node.platform}_${node.arch}`)
  return node.musl && key.startsWith('linux_') ? parsePlatformInput(`${key}_musl`) : key
}

/** Keys that may serve the platform, best first. A static glibc-free binary is common, so musl hosts also try the plain key. */
export function matchOrder(platform: Platform): readonly Platform[] {
  const plain = platform.endsWith('_musl') ? [platform.slice(0, -'_musl'.length) as Platform] : []
  const emulated = EMULATED.get(platform)
  return platform === ANY ? [ANY] : [platform, ...plain, ANY, ...(emulated ? [emulated as Platform] : [])]
}

/** Systems that run programs of another processor, slowly, where they have what it takes (Rosetta, Windows 11). */
const EMULATED = new Map([
  ['darwin_arm64', 'darwin_amd64'],
  ['windows_arm64', 'windows_amd64'],
])

export function isEmulated(wanted: Platform, found: Platform): boolean {
  return EMULATED.get(wanted) === found
}

type Words = {
  /** What errors call it, where it has no name of its own. */
  readonly shown?: string
  readonly hint?: string | undefined
}

/** The best of the keys on offer; throws NO_MATCHING_PLATFORM naming those that exist. */
export function pickPlatform(
  wanted: Platform,
  offered: readonly Platform[],
  subject: string,
  { shown = quote(subject), hint }: Words = {},
): Platform {
  const found = matchOrder(wanted).find((candidate) => offered.includes(candidate))
  if (found) return found
  const existing = [...offered].sort()
  throw coded('NO_MATCHING_PLATFORM', {
    message: `${shown} does not exist for \`${wanted}\`, it exists for ${existing.map((key) => `\`${key}\``).join(', ') || 'no platform'}`,
    details: { subject, platform: wanted, platforms: existing },
    hint,
  })
}

function platformInvalid(text: unknown): Error {
  return coded('PLATFORM_INVALID', {
    message: `expected a platform such as \`linux_amd64\`, \`darwin_arm64\` or \`any\`, found ${quote(text)}`,
  })
}
