// What the first bytes of a file say it is: an ELF, Mach-O or PE program and for which machines, a script, or nothing that a
// kernel executes. Light: a warm run loads it.

/** How many bytes from the start of a file are looked at: all that is looked at of one that is no native program. */
export const HEAD_BYTES = 4096

/** What a header says; `script` is `#!`, `other` anything that no kernel executes. */
export type ProgramHead = {
  readonly format: 'elf' | 'mach-o' | 'pe' | 'script' | 'other'
  /** Empty when the header names a machine that has no platform key. */
  readonly architectures: readonly string[]
  readonly systems?: readonly string[]
}

/** Of the first HEAD_BYTES of a file, or all of a shorter one. */
export function readProgramHead(bytes: Uint8Array): ProgramHead {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (head.length >= 2 && head.toString('latin1', 0, 2) === '#!') return { format: 'script', architectures: [] }
  return readElf(head) ?? readMachO(head) ?? readPe(head) ?? { format: 'other', architectures: [] }
}

/** `class-endianness-machine` as ELF numbers them. */
const ELF_MACHINES: Readonly<Record<string, string>> = {
  '2-1-62': 'amd64',
  '2-1-183': 'arm64',
  '1-1-3': '386',
  '1-1-40': 'arm',
  '2-2-21': 'ppc64',
  '2-1-21': 'ppc64le',
  '2-1-243': 'riscv64',
  '2-2-22': 's390x',
  '2-1-258': 'loong64',
  '2-2-8': 'mips64',
  '2-1-8': 'mips64le',
}
/** Operating systems that write their own ABI number; most Linux tools write 0. */
const ELF_SYSTEMS: Readonly<Record<number, readonly string[]>> = {
  2: ['netbsd'],
  3: ['linux', 'android'],
  6: ['solaris', 'illumos'],
  9: ['freebsd', 'dragonfly'],
  12: ['openbsd'],
}

function readElf(head: Buffer): ProgramHead | undefined {
  if (head.length < 20 || head.readUInt32BE(0) !== 0x7f454c46) return undefined
  const [width = 0, endianness = 0, , abi = 0] = head.subarray(4, 8)
  const machine = endianness === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18)
  const architecture = ELF_MACHINES[`${width}-${endianness}-${machine}`]
  const systems = ELF_SYSTEMS[abi]
  return { format: 'elf', architectures: architecture ? [architecture] : [], ...(systems ? { systems } : {}) }
}

const MACHO_CPUS: Readonly<Record<number, string>> = { 16777223: 'amd64', 16777228: 'arm64', 7: '386' }
/** A Java class file begins like a universal one, with its version in place of the number of slices. */
const FIRST_JAVA_VERSION = 45

function readMachO(head: Buffer): ProgramHead | undefined {
  if (head.length < 8) return undefined
  const magic = head.readUInt32BE(0)
  if (magic === 0xcffaedfe || magic === 0xcefaedfe) return machO([head.readUInt32LE(4)])
  if (magic !== 0xcafebabe && magic !== 0xcafebabf) return undefined
  const [count, step] = [head.readUInt32BE(4), magic === 0xcafebabe ? 20 : 32]
  if (count === 0 || count >= FIRST_JAVA_VERSION || head.length < 8 + count * step) return undefined
  return machO(Array.from({ length: count }, (_none, index) => head.readUInt32BE(8 + index * step)))
}

function machO(cpus: readonly number[]): ProgramHead {
  return { format: 'mach-o', architectures: cpus.flatMap((cpu) => MACHO_CPUS[cpu] ?? []) }
}

const PE_MACHINES: Readonly<Record<number, string>> = { 34404: 'amd64', 43620: 'arm64', 332: '386', 452: 'arm' }

function readPe(head: Buffer): ProgramHead | undefined {
  if (head.length < 64 || head.toString('latin1', 0, 2) !== 'MZ') return undefined
  const offset = head.readUInt32LE(0x3c)
  if (offset + 6 > head.length || head.readUInt32BE(offset) !== 0x50450000) return { format: 'pe', architectures: [] }
  const architecture = PE_MACHINES[head.readUInt16LE(offset + 4)]
  return { format: 'pe', architectures: architecture ? [architecture] : [] }
}
