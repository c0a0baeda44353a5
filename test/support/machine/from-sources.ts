// How a test starts a program that loads octo's sources: with what V8 compiled of them before, as the test files themselves have it.
import { fileURLToPath } from 'node:url'

const COMPILE_CACHE = fileURLToPath(new URL('../../../tools/testing/compile-cache.cjs', import.meta.url))

/** Words for Node. */
export const FROM_SOURCES = ['--disable-warning=ExperimentalWarning', '--require', COMPILE_CACHE]
