// What every answer carries in `Cache-Control` that only some may read: no cache on the way keeps it.
export const PRIVATE_CACHING = 'private, no-store, no-transform'
