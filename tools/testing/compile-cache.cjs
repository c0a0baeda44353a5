// Required into each process that runs test files, so that the hundreds of files that load the same sources do it quickly. What V8
// compiled of them is kept among the installed packages; not by an environment variable, which programs that a test starts would
// inherit.
const { enableCompileCache } = require('node:module')
const { join } = require('node:path')
require('./own-modules.cjs')

enableCompileCache(join(__dirname, '../../node_modules/.cache/tests'))
