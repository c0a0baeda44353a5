// Required into each process that runs test files: what V8 compiled of the sources is kept among the installed packages, so that the
// hundreds of files that load the same sources do not compile them again. Not by an environment variable, which programs that
// a test starts would inherit.
const { enableCompileCache } = require('node:module')
const { join } = require('node:path')

enableCompileCache(join(__dirname, '../../node_modules/.cache/tests'))
