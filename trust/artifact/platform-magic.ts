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
  const offered = `${quote(name)} is offered for \`${platform}\``
  if (!runtime && found.format === 'other') {
    const { problem, hint } = noProgram(head, platform)
    throw coded('PLATFORM_MISMATCH', { message: `${offered} and ${problem}`, details: { file: name, platform }, hint })
  }
  const problem = runtime ? problemWithRuntime(found, runtime) : problemWithout(found, platform)
  if (problem)
    throw coded('PLATFORM_MISMATCH', {
      message: `${offered} and ${problem}`,
      details: { file: name, platform, found: describe(found) },
    })
}

const BYTE_ORDER_MARK = Buffer.from('\ufeff')
const AS_SCRIPT =
  'begin it with `#!` and an absolute path, such as `#!/bin/sh`, or name what runs it: `runtime: {name: sh}`'

/** What an author wrote and took for a program. */
function noProgram(bytes: Uint8Array, platform: Platform): { readonly problem: string; readonly hint: string } {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const takesScripts = !platform.startsWith('windows')
  if (takesScripts && head.indexOf(BYTE_ORDER_MARK) === 0)
    return {
      problem: 'begins with a byte order mark, behind which no system looks for `#!`',
      hint: 'save it as UTF-8 without a byte order mark (BOM)',
    }
  if (takesScripts && !head.includes(0))
    return { problem: 'is text whose first line does not begin with `#!`', hint: AS_SCRIPT }
  return { problem: 'is not an executable of any kind', hint: 'offer the program that was built for this platform' }
}

function problemWithRuntime(found: ProgramHead, runtime: Runtime): string | undefined {
  const isText = found.format === 'script' || found.format === 'other'
  return isText
    ? undefined
    : `is a native executable (${describe(found)}), expected a file for the runtime \`${runtime.name}\``
}

function problemWithout(found: ProgramHead, platform: Platform): string | undefined {
  const [system = '', architecture = ''] = platform.split('_')
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
