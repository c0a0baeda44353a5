// The words of a piece of Markdown, without what they look like.
import type { Token } from 'markdown-it'

/** Of an image, what stands for it. */
export function plainText(tokens: readonly Token[]): string {
  return tokens.map(wordsOf).join('').trim()
}

function wordsOf({ type, content, children }: Token): string {
  if (type === 'text' || type === 'code_inline') return content
  if (type === 'image') return plainText(children ?? [])
  return type === 'softbreak' || type === 'hardbreak' ? ' ' : ''
}
