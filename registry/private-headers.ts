// What every answer carries in `Cache-Control` that only some may read: no cache on the way keeps it.
export const PRIVATE_CACHING = 'private, no-store, no-transform'

/** A browser that is logged in asks for it on behalf of any page. */
export const SAME_ORIGIN = { 'Cross-Origin-Resource-Policy': 'same-origin' } as const
