// What the figures were taken on, in words that name no machine: a reader needs its shape, not its address.
import { cpus, release, totalmem } from 'node:os'
import { MISE_VERSION } from './peers/mise.ts'
import { nginxVersion } from './peers/nginx.ts'
import { NPM_VERSION } from './peers/npm.ts'
import { PROCESS_COMPOSE_VERSION } from './peers/process-compose.ts'
import { SUPERVISORD_VERSION } from './peers/supervisord.ts'
import { VERDACCIO_VERSION } from './peers/verdaccio.ts'
import { wrkVersion } from './wrk.ts'

export function machineShape(): Record<string, string> {
  const cores = cpus()
  return {
    cores: `${cores.length} × ${process.arch}`,
    memory: `${Math.round(totalmem() / 1024 ** 3)} GiB`,
    system: `${process.platform} ${release().split('.').slice(0, 2).join('.')}`,
    network: 'loopback; servers on one core, clients and load on another',
  }
}

export async function peerVersions(): Promise<Record<string, string>> {
  const absent = () => 'not installed'
  return {
    node: process.versions.node,
    nginx: await nginxVersion().catch(absent),
    wrk: await wrkVersion().catch(absent),
    verdaccio: VERDACCIO_VERSION,
    npm: NPM_VERSION,
    mise: MISE_VERSION,
    'process-compose': PROCESS_COMPOSE_VERSION,
    supervisord: SUPERVISORD_VERSION,
  }
}
