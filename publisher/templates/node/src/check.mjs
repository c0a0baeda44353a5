// Checks that a file exists and is not empty.
import { stat } from 'node:fs/promises'
import { critical, defineCheck, ok } from './octo-check.mjs'

export const check = defineCheck({
  name: '__NAME__',
  version: '0.1.0',
  summary: 'a file exists and is not empty',
  options: {
    path: { type: 'string', required: true, description: 'File to look at' },
  },
  run: async ({ options: { path } }) => {
    const size = await sizeOf(path)
    if (size === undefined) return critical(`${path} does not exist`)
    if (size === 0) return critical(`${path} is empty`)
    return ok(`${path} has ${size} bytes`, { metrics: [{ name: 'size', value: size, unit: 'B' }] })
  },
})

/** Undefined when there is no such file. Whatever else is wrong becomes `unknown`. */
async function sizeOf(path) {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}
