// Bytes that do not compress and never repeat, and headers that make them pass for a program of a platform.
import { randomFillSync } from 'node:crypto'
import { open } from 'node:fs/promises'

const KIB = 1024
export const MIB = 1024 * KIB
export const GIB = 1024 * MIB

/** Writes `size` random bytes that start with `header`, a few at a time: a large file costs no memory. */
export async function writeRandomFile(path: string, size: number, header: Buffer = Buffer.alloc(0)): Promise<void> {
  const chunk = Buffer.alloc(Math.min(size, 4 * MIB))
  const file = await open(path, 'w', 0o755)
  try {
    for (let written = 0; written < size; written += chunk.length) {
      randomFillSync(chunk)
      if (written === 0) header.copy(chunk)
      await file.write(chunk.subarray(0, size - written))
    }
  } finally {
    await file.close()
  }
}

const ELF_MACHINES = new Map([
  ['amd64', 0x3e],
  ['arm64', 0xb7],
])
const MACHO_CPUS = new Map([
  ['amd64', 0x01000007],
  ['arm64', 0x0100000c],
])
const PE_MACHINES = new Map([
  ['amd64', 0x8664],
  ['arm64', 0xaa64],
])

/** The first bytes of an executable of `linux_amd64`, `darwin_arm64` and their like: all that a registry looks at. */
export function executableHeader(platform: string): Buffer {
  const [system, architecture = ''] = platform.split('_')
  if (system === 'linux') return elfHeader(ELF_MACHINES.get(architecture) ?? 0)
  if (system === 'darwin') return machoHeader(MACHO_CPUS.get(architecture) ?? 0)
  if (system === 'windows') return peHeader(PE_MACHINES.get(architecture) ?? 0)
  return Buffer.alloc(0)
}

function elfHeader(machine: number): Buffer {
  const header = Buffer.alloc(64 + 56)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  // One segment that is loaded: a program without any is refused.
  header.writeBigUInt64LE(64n, 32)
  header.writeUInt16LE(56, 54)
  header.writeUInt16LE(1, 56)
  header.writeUInt32LE(1, 64)
  header.writeBigUInt64LE(120n, 64 + 32)
  header.writeBigUInt64LE(120n, 64 + 40)
  header.writeUInt16LE(2, 16)
  header.writeUInt16LE(machine, 18)
  header.writeUInt32LE(1, 20)
  header.writeUInt16LE(64, 52)
  return header
}

function machoHeader(cpu: number): Buffer {
  const header = Buffer.alloc(32)
  header.writeUInt32LE(0xfeedfacf, 0)
  header.writeUInt32LE(cpu, 4)
  header.writeUInt32LE(2, 12)
  return header
}

function peHeader(machine: number): Buffer {
  const header = Buffer.alloc(256)
  header.write('MZ', 0, 'latin1')
  header.writeUInt32LE(128, 60)
  header.write('PE\0\0', 128, 'latin1')
  header.writeUInt16LE(machine, 132)
  return header
}
