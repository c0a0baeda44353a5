// Text of publishers on a page: characters that turn the direction of what follows, or that nobody sees, are made visible, so
// that a description cannot dress up as something else. Line ends and tabs stay.

const DECEIVING = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

export function shownText(text: string): string {
  return text.replace(DECEIVING, (char) =>
    char === '\n' || char === '\t' ? char : char === '\r' ? '' : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
