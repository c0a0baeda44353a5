// What `npm pack` in a checkout runs first: it would pack the sources, which Node does not run below `node_modules`. The .npmrc of a checkout
// lets no script run there, so that the launcher says the same of what was packed all the same (bin/installed.js).
'use strict'
process.stderr.write(
  'octo is not packed by `npm pack`, which takes its sources: `npm run package` makes a package that can be installed\n',
)
process.exitCode = 1
