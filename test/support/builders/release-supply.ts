// Small signed releases of a few plugins, made ahead so that publishing them is all that takes time.
import type { Random } from './seeded-random.ts'
import type { ReleaseRecipe, SignedRelease, SigningKey } from './test-authority.ts'
import { aRelease, aScript } from './test-authority.ts'

export type ReleaseSupply = {
  /** Makes releases until so many wait. */
  fill(wanted: number): Promise<void>
  /** A version that nobody has taken before. */
  take(): Promise<SignedRelease>
  /** From now on other plugins. */
  changePlugins(): void
}

const PLUGINS = 4
/** More than one request for uploads in pieces. */
const LARGE_BYTES = 96 * 1024

export function openReleaseSupply(key: SigningKey, random: Random): ReleaseSupply {
  const waiting: SignedRelease[] = []
  let [made, generation] = [0, 0]
  const next = () => {
    made++
    const plugin = `plugin-${generation}-${random.below(PLUGINS)}`
    return aRelease(key, aRecipe(plugin, `${generation}.${made}.0${random.chance(0.2) ? '-rc.1' : ''}`, random))
  }
  return {
    async fill(wanted) {
      while (waiting.length < wanted) waiting.push(await next())
    },
    take: async () => waiting.shift() ?? next(),
    changePlugins() {
      generation++
    },
  }
}

/** One script for four platforms, a script for each of three, or one that is large. */
function aRecipe(plugin: string, version: string, random: Random): ReleaseRecipe {
  const kind = random.below(3)
  if (kind === 0) return { plugin, version }
  const script = (platform: string, bytes = 0) =>
    Buffer.concat([aScript(`${plugin} ${version} ${platform}`), Buffer.from('exit 0\n'), Buffer.alloc(bytes, '#')])
  if (kind === 1) return { plugin, version, platforms: { linux_amd64: script('large', LARGE_BYTES) } }
  const platforms = ['linux_amd64', 'linux_arm64', 'darwin_arm64']
  return { plugin, version, platforms: Object.fromEntries(platforms.map((name) => [name, script(name)])) }
}
