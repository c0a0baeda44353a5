// The registry's HTTP server also knows HTTP/2, which it never speaks: the modules of Node for that are a tenth of what its start loads.
import type { Plugin } from 'esbuild'

/** What it asks of each connection is whether it is one of these. */
const CONTENTS = 'export class Http2ServerRequest {}\nexport const constants = {}'
const NAMESPACE = 'http1-only'

export const http1Only: Plugin = {
  name: 'http1-only',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:node:)?http2$/ }, ({ path, importer }) =>
      /[\\/]@hono[\\/]node-server[\\/]/.test(importer) ? { path, namespace: NAMESPACE } : undefined,
    )
    onLoad({ filter: /(?:)/, namespace: NAMESPACE }, () => ({ contents: CONTENTS, loader: 'js' }))
  },
}
