// Types of bundle-options.js, for the checks of this repository.
import type { BuildOptions } from 'esbuild'

export function bundleOptions(entry: string): BuildOptions & { readonly write: false }
