// The ETag of an answer, where it may be sent back. Servers refuse requests with long headers: one that was forged once would have
// every later question of a copy refused.

const LONGEST = 512

export function usableEtag(etag: string | undefined): string | undefined {
  return etag !== undefined && etag.length <= LONGEST ? etag : undefined
}
