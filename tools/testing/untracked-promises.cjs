// Required into each process that runs test files, before Node's test runner is loaded. The runner has each promise told to it when
// it is made and when it is collected, to know of which test an error is that nobody caught, which takes a tenth to a third of the
// time of tests that wait much. Here such an error ends the process and fails its file (process.ts), so that nobody needs to know.
const hooks = require('node:async_hooks')

const { createHook } = hooks

// The runner is the first who makes one. Should it get at it in another way one day, tests run as before, and slower.
hooks.createHook = (options) => {
  hooks.createHook = createHook
  return createHook({ ...options, trackPromises: false })
}
