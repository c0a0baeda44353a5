// `npm run sdk`: writes the sdk as an npm package into dist/sdk, as `npm pack dist/sdk` takes it.
import { fileURLToPath } from 'node:url'
import { writeSdkPackage } from './write-package.ts'

await writeSdkPackage(fileURLToPath(new URL('../../', import.meta.url)), 'dist/sdk')
