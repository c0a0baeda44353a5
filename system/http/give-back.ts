// Memory of what came over a socket, given back as soon as it was read. Each piece has up to 64 KiB of its own, which else stays
// until the garbage collector comes, after hundreds of them: every one is then new memory to the system, and to the processor.

/** Longer ones never share their memory with other buffers, as those that Node cuts from its pool do. */
const ALONE_BYTES = Buffer.poolSize / 2

/**
 * Ends the life of a chunk that nobody looks at any more, and makes it empty. One that does not end where its memory ends is
 * left alone: what came behind it, and was not read yet, may lie there too.
 */
export function giveBack({ buffer, byteOffset, byteLength }: Uint8Array): void {
  const isLast = byteOffset + byteLength === buffer.byteLength
  if (byteLength >= ALONE_BYTES && isLast && buffer instanceof ArrayBuffer) buffer.transfer(0)
}
