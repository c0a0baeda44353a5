// ELF and Mach-O files made in code: valid for all that looks at them, and wrong in one place where a test says so.

export type ElfRecipe = {
  readonly machine?: number
  readonly width?: 1 | 2
  readonly order?: 'little' | 'big'
  readonly type?: number
  readonly interpreter?: string
  readonly needed?: readonly string[]
  readonly rpath?: string
  readonly runpath?: string
  /** Further dynamic tags; a text becomes an entry of the table of names. */
  readonly tags?: readonly (readonly [tag: number, value: number | string])[]
  /** Bytes between the table of names and the dynamic section. */
  readonly gap?: number
}

/** A program with one segment, in which everything lies; sound unless it is spoilt afterwards. */
export function anElfFile(recipe: ElfRecipe = {}): Buffer {
  const { machine = 62, width = 2, order = 'little', type = 3, interpreter, needed = [], gap = 0 } = recipe
  const wide = width === 2
  const writer = writerOf(order, wide)
  const [headerSize, segmentSize, tagSize] = wide ? [64, 56, 16] : [52, 32, 8]
  const hasDynamic =
    needed.length > 0 || recipe.rpath !== undefined || recipe.runpath !== undefined || recipe.tags !== undefined
  const count = 1 + (interpreter === undefined ? 0 : 1) + (hasDynamic ? 1 : 0)
  const names: Buffer[] = [Buffer.from([0])]
  const nameOf = (text: string) => {
    const offset = Buffer.concat(names).length
    names.push(Buffer.from(`${text}\0`, 'latin1'))
    return offset
  }
  const tags: (readonly [number, number])[] = needed.map((name) => [1, nameOf(name)])
  if (recipe.rpath !== undefined) tags.push([15, nameOf(recipe.rpath)])
  if (recipe.runpath !== undefined) tags.push([29, nameOf(recipe.runpath)])
  for (const [tag, value] of recipe.tags ?? []) tags.push([tag, typeof value === 'string' ? nameOf(value) : value])
  const strings = Buffer.concat(names)
  const interpreterAt = headerSize + count * segmentSize
  const interpreterBytes = Buffer.from(interpreter === undefined ? '' : `${interpreter}\0`, 'latin1')
  const stringsAt = interpreterAt + interpreterBytes.length
  const dynamicAt = Math.ceil((stringsAt + strings.length + gap) / 8) * 8
  const all = [...tags, [5, stringsAt], [10, strings.length], [0, 0]] as const
  const total = dynamicAt + (hasDynamic ? all.length * tagSize : 8)
  const bytes = Buffer.alloc(total)
  bytes.write('\x7fELF', 'latin1')
  bytes.set([width, order === 'little' ? 1 : 2, 1], 4)
  writer.half(bytes, 16, type)
  writer.half(bytes, 18, machine)
  writer.word(bytes, 20, 1)
  writer.long(bytes, wide ? 32 : 28, headerSize)
  writer.half(bytes, wide ? 52 : 40, headerSize)
  writer.half(bytes, wide ? 54 : 42, segmentSize)
  writer.half(bytes, wide ? 56 : 44, count)
  const segments = [
    { kind: 1, at: 0, size: total },
    ...(interpreter === undefined ? [] : [{ kind: 3, at: interpreterAt, size: interpreterBytes.length }]),
    ...(hasDynamic ? [{ kind: 2, at: dynamicAt, size: all.length * tagSize }] : []),
  ]
  for (const [index, { kind, at, size }] of segments.entries()) {
    const place = headerSize + index * segmentSize
    writer.word(bytes, place, kind)
    for (const [field, value] of wide
      ? ([
          [8, at],
          [16, at],
          [24, at],
          [32, size],
          [40, size],
        ] as const)
      : ([
          [4, at],
          [8, at],
          [12, at],
          [16, size],
          [20, size],
        ] as const))
      writer.long(bytes, place + field, value)
  }
  interpreterBytes.copy(bytes, interpreterAt)
  strings.copy(bytes, stringsAt)
  if (hasDynamic)
    for (const [index, [tag, value]] of all.entries()) {
      writer.long(bytes, dynamicAt + index * tagSize, tag)
      writer.long(bytes, dynamicAt + index * tagSize + tagSize / 2, value)
    }
  return bytes
}

function writerOf(order: 'little' | 'big', wide: boolean) {
  const little = order === 'little'
  const word = (bytes: Buffer, at: number, value: number) =>
    little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at)
  return {
    half: (bytes: Buffer, at: number, value: number) =>
      little ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at),
    word,
    long(bytes: Buffer, at: number, value: number) {
      if (!wide) return word(bytes, at, value)
      return little ? bytes.writeBigUInt64LE(BigInt(value), at) : bytes.writeBigUInt64BE(BigInt(value), at)
    },
  }
}

export type MachORecipe = {
  readonly cpu?: number
  readonly needed?: readonly string[]
  readonly rpaths?: readonly string[]
  readonly loader?: string
  /** Further commands with a text each. */
  readonly commands?: readonly (readonly [kind: number, text: string])[]
}

const ARM64 = 0x0100000c

export function aMachO(recipe: MachORecipe = {}): Buffer {
  const { cpu = ARM64, needed = [], rpaths = [], loader, commands = [] } = recipe
  const all = [
    ...(loader === undefined ? [] : [command(0xe, loader, 12)]),
    ...needed.map((name) => command(0xc, name, 24)),
    ...rpaths.map((path) => command(0x8000001c, path, 12)),
    ...commands.map(([kind, text]) => command(kind, text, kind === 0x27 || kind === 0x8000001c ? 12 : 24)),
  ]
  const body = Buffer.concat(all)
  const header = Buffer.alloc(32)
  for (const [index, value] of [0xfeedfacf, cpu, 0, 2, all.length, body.length, 0, 0].entries())
    header.writeUInt32LE(value, index * 4)
  return Buffer.concat([header, body, Buffer.alloc(16)])
}

function command(kind: number, text: string, offset: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil((offset + text.length + 1) / 8) * 8)
  bytes.writeUInt32LE(kind, 0)
  bytes.writeUInt32LE(bytes.length, 4)
  bytes.writeUInt32LE(offset, 8)
  bytes.write(text, offset, 'latin1')
  return bytes
}

/** A universal file of these slices. */
export function aFatFile(slices: readonly (readonly [cpu: number, bytes: Buffer])[]): Buffer {
  const table = Buffer.alloc(8 + slices.length * 20)
  table.writeUInt32BE(0xcafebabe, 0)
  table.writeUInt32BE(slices.length, 4)
  let at = 4096
  const parts: Buffer[] = [table, Buffer.alloc(4096 - table.length)]
  for (const [index, [cpu, bytes]] of slices.entries()) {
    table.writeUInt32BE(cpu, 8 + index * 20)
    table.writeUInt32BE(at, 16 + index * 20)
    table.writeUInt32BE(bytes.length, 20 + index * 20)
    parts.push(bytes)
    at += bytes.length
  }
  return Buffer.concat(parts)
}
