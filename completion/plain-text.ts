// What a terminal can be shown as it is.

const MAX_LENGTH = 255
/** Asked first: to make the other pattern takes longer than all the rest of an answer. */
const ASCII = /^[ -~]*$/
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\ufffd]/u

/** Whether the text is one line of a bounded length, in which nothing writes to a terminal. */
export function isPlainText(text: string): boolean {
  return text.length <= MAX_LENGTH && (ASCII.test(text) || !UNPRINTABLE.test(text))
}
