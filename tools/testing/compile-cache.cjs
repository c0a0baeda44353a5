// Required into each process that runs test files, so that the hundreds of files that load the same sources do it quickly. What V8
// compiled of them is kept among the installed packages; not by an environment variable, which programs that a test starts would
// inherit. And one package is loaded in its other form.
const { enableCompileCache, registerHooks } = require('node:module')
const { join } = require('node:path')

/** Its package.json has 180 kB, which Node reads anew for each of its hundred ES modules, and once for those of CommonJS. */
const OF_COMMONJS = /^drizzle-orm(?:\/|$)/

enableCompileCache(join(__dirname, '../../node_modules/.cache/tests'))
registerHooks({
  resolve: (name, context, next) =>
    OF_COMMONJS.test(name)
      ? next(name, { ...context, conditions: ['require', 'node', 'default'] })
      : next(name, context),
})
