// What a plugin prints, kept in bounded memory: the beginning and the end, with a note about what was dropped between.

export type OutputLimits = { readonly headBytes: number; readonly tailBytes: number }

export type Captured = {
  readonly text: string
  readonly totalBytes: number
  readonly droppedBytes: number
}

export type Capture = {
  add(chunk: Buffer): void
  /** Bytes seen so far, kept or not. */
  readonly totalBytes: number
  finish(): Captured
}

const LINE_END = 0x0a

export function captureOutput({ headBytes, tailBytes }: OutputLimits): Capture {
  const head: Buffer[] = []
  const tail: Buffer[] = []
  let headRoom = headBytes
  let tailSize = 0
  let totalBytes = 0
  let droppedBytes = 0
  let droppedLines = 0

  function add(chunk: Buffer): void {
    totalBytes += chunk.length
    const first = chunk.subarray(0, headRoom)
    if (first.length > 0) head.push(Buffer.from(first))
    headRoom -= first.length
    const rest = chunk.subarray(first.length)
    if (rest.length === 0) return
    tail.push(Buffer.from(rest))
    tailSize += rest.length
    while (tailSize > tailBytes) shorten()
  }

  function shorten(): void {
    const oldest = tail.shift() ?? Buffer.alloc(0)
    const excess = Math.min(oldest.length, tailSize - tailBytes)
    if (excess < oldest.length) tail.unshift(oldest.subarray(excess))
    tailSize -= excess
    droppedBytes += excess
    droppedLines += countLines(oldest.subarray(0, excess))
  }

  function finish(): Captured {
    const note = droppedBytes > 0 ? [Buffer.from(`\n… dropped ${droppedLines} lines, ${droppedBytes} bytes …\n`)] : []
    return { text: Buffer.concat([...head, ...note, ...tail]).toString('utf8'), totalBytes, droppedBytes }
  }

  return {
    add,
    finish,
    get totalBytes() {
      return totalBytes
    },
  }
}

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) count++
  return count
}
