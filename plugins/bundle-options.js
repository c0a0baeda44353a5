// How a core plugin is bundled. octo's own build makes the same bundles, to know the published ones by their bytes.

/** For esbuild, in the folder of the plugin. */
export function bundleOptions(entry) {
  return {
    entryPoints: [entry],
    outfile: 'bundle.cjs',
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: '#!/usr/bin/env node' },
    write: false,
  }
}
