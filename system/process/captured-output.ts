// What a plugin prints, kept in bounded memory: the beginning and the end, with a note about what was dropped between.
// The end is long enough for a whole result line. Every line is looked at once as it passes, so that what is dropped can
// still be known to contradict what is kept.
import { isUtf8 } from 'node:buffer'
import { LINE_END, watchLines } from './watch-lines.ts'

export type OutputLimits = {
  readonly headBytes: number
  readonly tailBytes: number
  /** A longer line is looked at only as far as this. */
  readonly lineBytes: number
}

/** What a line tells that must not be forgotten, in one of a few words. */
export type ReadLine = (line: string, isWhole: boolean) => readonly string[]

export type Captured = {
  readonly text: string
  /** Of the text what comes after the dropped part; absent when nothing was dropped. */
  readonly tail?: string
  readonly totalBytes: number
  readonly droppedBytes: number
  /** Every word that any line told. */
  readonly told: ReadonlySet<string>
  readonly isUtf8: boolean
  /** Somebody could still have written more when it was read last. */
  readonly isOpen: boolean
}

type Capture = {
  add(chunk: Buffer): void
  /** Bytes seen so far, kept or not. */
  readonly totalBytes: number
  finish(isOpen: boolean): Captured
}

export function captureOutput(limits: OutputLimits, readLine: ReadLine = () => []): Capture {
  const head: Buffer[] = []
  const tail: Buffer[] = []
  const told = new Set<string>()
  const lines = watchLines(limits.lineBytes, (line, isWhole) => {
    for (const word of readLine(line.toString('utf8'), isWhole)) told.add(word)
  })
  let headRoom = limits.headBytes
  let tailSize = 0
  let totalBytes = 0
  let droppedBytes = 0
  let droppedLines = 0

  function add(chunk: Buffer): void {
    totalBytes += chunk.length
    lines.add(chunk)
    const first = chunk.subarray(0, headRoom)
    if (first.length > 0) head.push(Buffer.from(first))
    headRoom -= first.length
    const rest = chunk.subarray(first.length)
    if (rest.length > 0) tail.push(Buffer.from(rest))
    tailSize += rest.length
    while (tailSize > limits.tailBytes) shorten()
  }

  function shorten(): void {
    const oldest = tail.shift() ?? Buffer.alloc(0)
    const excess = Math.min(oldest.length, tailSize - limits.tailBytes)
    if (excess < oldest.length) tail.unshift(oldest.subarray(excess))
    tailSize -= excess
    droppedBytes += excess
    droppedLines += countLines(oldest.subarray(0, excess))
  }

  function finish(isOpen: boolean): Captured {
    lines.finish()
    const kept = { totalBytes, droppedBytes, isOpen, told }
    const whole = Buffer.concat([...head, ...tail])
    if (droppedBytes === 0) return { ...kept, text: whole.toString('utf8'), isUtf8: isUtf8(whole) }
    const end = Buffer.concat(tail)
    const lost = droppedLines === 0 ? '' : `${droppedLines} ${droppedLines === 1 ? 'line' : 'lines'}, `
    const note = `\n… dropped ${lost}${droppedBytes} bytes …\n`
    const text = `${Buffer.concat(head).toString('utf8')}${note}${end.toString('utf8')}`
    return { ...kept, text, tail: end.toString('utf8'), isUtf8: isUtf8(end) }
  }

  return {
    add,
    finish,
    get totalBytes() {
      return totalBytes
    },
  }
}

/** Words that are all there at once, as if they had come as a stream: mostly they are short, and nothing has to be put together. */
export function captureText(text: string, limits: OutputLimits, readLine: ReadLine = () => []): Captured {
  const totalBytes = Buffer.byteLength(text)
  if (totalBytes > Math.min(limits.headBytes, limits.lineBytes)) {
    const capture = captureOutput(limits, readLine)
    capture.add(Buffer.from(text))
    return capture.finish(false)
  }
  const wellFormed = text.toWellFormed()
  const told = new Set<string>()
  for (const line of wellFormed.split('\n')) if (line !== '') for (const word of readLine(line, true)) told.add(word)
  return { totalBytes, droppedBytes: 0, isOpen: false, told, text: wellFormed, isUtf8: true }
}

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) count++
  return count
}
