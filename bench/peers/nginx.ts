// nginx as a static file server: one worker, sendfile, no access log. The bar for everything that is only reading files.
import { mkdir, writeFile } from 'node:fs/promises'
import { run, serve } from '../child.ts'
import { freePort } from '../free-port.ts'
import type { Scope } from '../scope.ts'
import { Missing } from '../scope.ts'

export async function serveByNginx(scope: Scope, root: string): Promise<string> {
  await nginxVersion()
  const folder = scope.path('nginx')
  await mkdir(folder, { recursive: true })
  const port = await freePort()
  await writeFile(`${folder}/nginx.conf`, configuration({ folder, root, port }))
  const server = await serve(
    { file: 'nginx', args: ['-p', folder, '-c', `${folder}/nginx.conf`, '-e', `${folder}/error.log`], core: 'server' },
    port,
  )
  scope.onClose(server.stop)
  return `http://127.0.0.1:${port}`
}

export async function nginxVersion(): Promise<string> {
  try {
    const { output } = await run({ file: 'nginx', args: ['-v'] })
    return /nginx\/(\S+)/.exec(output)?.[1] ?? 'unknown'
  } catch {
    throw new Missing('nginx is not installed (apt-get install nginx-light)')
  }
}

function configuration({ folder, root, port }: { folder: string; root: string; port: number }): string {
  return `
daemon off;
user root;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
events { worker_connections 1024; }
http {
  default_type application/octet-stream;
  types { application/json json; application/yaml yaml; }
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  open_file_cache max=1000 inactive=60s;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    root ${root};
  }
}
`
}
