// What plugin.yaml says about building, as ready argument vectors: pure, so that `--dry-run` shows exactly what would run.
import { coded } from '../../schemas/errors.ts'
import { stableJson } from '../../schemas/json.ts'
import type { Manifest, ManifestBuild } from '../../schemas/manifest.ts'
import type { Platform } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import { fillPlaceholders, placeholdersFor } from '../project/placeholders.ts'
import { splitCommand } from '../project/split-command.ts'

export type BuildCommand = {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly passEnv: readonly string[]
}

const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s

/** Commands of all platforms in order; what several platforms have in common to the letter runs once. */
export function planCommands(manifest: Manifest, platforms: readonly Platform[]): BuildCommand[] {
  const all = platforms.flatMap((platform) => commandsFor(manifest, platform))
  return [...new Map(all.map((command) => [stableJson(command), command])).values()]
}

function commandsFor(manifest: Manifest, platform: Platform): BuildCommand[] {
  const build: ManifestBuild | undefined = manifest.platforms[platform]?.build ?? manifest.build
  if (!build) return []
  const values = placeholdersFor(platform, manifest.version)
  const env = Object.fromEntries(
    Object.entries(build.env).map(([name, text]) => [name, fillPlaceholders(text, values)]),
  )
  return build.commands.map((command) => {
    const words = typeof command === 'string' ? splitCommand(withoutInnerBlanks(command)) : command
    return toCommand(
      words.map((word) => fillPlaceholders(word, values)),
      build,
      env,
    )
  })
}

/** `{{ .OS }}` is one word, as it would be if placeholders were filled before splitting. */
function withoutInnerBlanks(line: string): string {
  return line.replace(/\{\{\s*(\.?\w+)\s*\}\}/g, '{{$1}}')
}

/** Leading `NAME=value` words become environment, as people write them before a command. */
function toCommand(
  words: readonly string[],
  { passEnv }: ManifestBuild,
  env: Readonly<Record<string, string>>,
): BuildCommand {
  const first = words.findIndex((word) => !ASSIGNMENT.test(word))
  const [program, ...args] = first < 0 ? [] : words.slice(first)
  if (!program)
    throw coded('MANIFEST_INVALID', { message: `command ${quote(words.join(' '))} names no program to run` })
  const assigned = words.slice(0, first).map((word) => ASSIGNMENT.exec(word)?.slice(1, 3) as [string, string])
  return { program, args, env: { ...env, ...Object.fromEntries(assigned) }, passEnv }
}
