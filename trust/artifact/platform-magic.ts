// Is this executable built for this platform? Asks the first bytes of the file; what it loads is asked in
// program/check-program.ts.
// Answers: another platform's bytes under a good signature.
import { coded } from '../../schemas/errors.ts'
import type { Runtime } from '../../schemas/manifest.ts'
import type { Platform } from '../../schemas/platform.ts'
import type { ProgramHead } from '../../schemas/program-head.ts'
import { readProgramHead } from '../../schemas/program-head.ts'
import { quote } from '../../schemas/quote.ts'

/** Throws PLATFORM_MISMATCH when the file cannot run there; `name` is what errors call it. */
export function checkPlatformMagic(head: Uint8Array, platform: Platform, name: string, runtime?: Runtime): void {
  const found = readProgramHead(head)
  const problem = runtime ? problemWithRuntime(found, runtime) : problemWithout(found, platform)
  if (problem)
    throw coded('PLATFORM_MISMATCH', {
      message: `${quote(name)} is offered for \`${platform}\` and ${problem}`,
      details: { file: name, platform, found },
    })
}

function problemWithRuntime(found: ProgramHead, runtime: Runtime): string | undefined {
  const isText = found.format === 'script' || found.format === 'other'
  return isText
    ? undefined
    : `is a native executable (${describe(found)}), expected a file for the runtime \`${runtime.name}\``
}

function problemWithout(found: ProgramHead, platform: Platform): string | undefined {
  const [system = '', architecture = ''] = platform.split('_')
  if (found.format === 'other') return 'is not an executable of any kind'
  if (found.format === 'script') return system === 'windows' ? 'is a script, which windows does not execute' : undefined
  if (platform === 'any') return `is a native executable (${describe(found)}), which needs a platform of its own`
  const fits =
    formatFor(system) === found.format &&
    found.architectures.includes(architecture) &&
    (found.systems === undefined || found.systems.includes(system))
  return fits ? undefined : `is built for ${describe(found)}`
}

function formatFor(system: string): string {
  if (system === 'windows') return 'pe'
  return system === 'darwin' ? 'mach-o' : 'elf'
}

function describe(found: ProgramHead): string {
  const systems = { elf: found.systems?.join('|') ?? 'a Unix with ELF', 'mach-o': 'darwin', pe: 'windows' }
  const system = found.format === 'script' || found.format === 'other' ? found.format : systems[found.format]
  return `${system} on ${found.architectures.join(', ') || 'an unknown architecture'}`
}
