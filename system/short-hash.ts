// A few hex digits that spread texts over names. They prove nothing: node:crypto, which could, takes as long to load as a
// quarter of a warm run. Whoever uses them compares the whole text as well, or can live with a wrong match.

/** FNV-1a, 8 hex digits. */
export function shortHash(text: string): string {
  let mixed = 0x811c9dc5
  for (let at = 0; at < text.length; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), 0x01000193)
  return (mixed >>> 0).toString(16).padStart(8, '0')
}
