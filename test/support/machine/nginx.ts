// A real nginx over a folder, with a configuration of a few lines, on a port of its own.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { freePort } from './listening.ts'
import { isGone } from './processes.ts'
import { tempFolder } from './temp-folder.ts'

type Nginx = {
  readonly url: string
  /** Paths of the access log, in order. */
  requests(): string[]
}

export function nginxVersion(): string | undefined {
  try {
    return execFileSync('nginx', ['-v'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }) || 'present'
  } catch {
    return undefined
  }
}

export async function startNginx(t: TestContext, root: string): Promise<Nginx> {
  const folder = tempFolder(t)
  const port = await freePort()
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'temp'), { mode: 0o777 })
  writeFileSync(join(folder, 'nginx.conf'), renderConfig({ folder, root, port }))
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log'), '-g', 'daemon off;'])
  t.after(async () => {
    child.kill('SIGQUIT')
    if (child.exitCode === null) await once(child, 'exit')
  })
  const url = `http://127.0.0.1:${port}`
  while (child.exitCode === null && !(await answers(url))) await isGone(child.pid ?? 0, 20)
  if (child.exitCode !== null) throw new Error(`nginx ended: ${readFileSync(join(folder, 'error.log'), 'utf8')}`)
  const log = join(folder, 'access.log')
  return { url, requests: () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : []) }
}

/** Nothing about octo is in here: whoever has a static host can serve a repo. */
function renderConfig({ folder, root, port }: { folder: string; root: string; port: number }): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `worker_processes 1;
pid ${folder}/nginx.pid;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 256; }
http {
  ${temporary.map((name) => `${name}_temp_path ${folder}/temp/${name};`).join(' ')}
  types { application/json json; application/yaml yaml; }
  default_type application/octet-stream;
  log_format paths '$uri';
  server {
    listen 127.0.0.1:${port};
    access_log ${folder}/access.log paths if=$uri;
    location = /ready { access_log off; return 204; }
    location / { root ${root}; gzip_static on; }
  }
}
`
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/ready`).then(
    ({ status }) => status === 204,
    () => false,
  )
}
