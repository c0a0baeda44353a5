// zod brings its words in fifty languages, of which it takes English where nobody asks for another: a sixth of what octo loads at each start.
import type { Plugin } from 'esbuild'

export const englishOnly: Plugin = {
  name: 'english-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: `export { default as en } from './en.js'`,
      loader: 'js',
    }))
  },
}
