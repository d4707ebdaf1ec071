/** Debian's nginx in front of gateways: takes turns between them, and says which one answered. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { until } from '../stores/redis-servers.ts'
import { requireTool } from '../tools.ts'

const NGINX = '/usr/sbin/nginx'
export const hasNginx = requireTool(NGINX)

/** The header with the address of the gateway that answered. */
export const SERVED_BY = 'x-served-by'

export interface Nginx {
  stop(): Promise<void>
}

/** As docs/operations.md has it, but for http instead of https, and paths of its own. */
const configuration = (folder: string, port: number, upstreams: readonly number[]): string => `
daemon off;
user ${userInfo().username};
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream fedgate {
    ${upstreams.map((upstream) => `server 127.0.0.1:${upstream};`).join('\n    ')}
    keepalive 16;
  }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 2m;
    location / {
      proxy_pass http://fedgate;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_next_upstream error timeout;
      add_header X-Served-By $upstream_addr always;
    }
  }
}
`

/** Resolves when it answers at that port of loopback. */
export const startNginx = async (port: number, upstreams: readonly number[]): Promise<Nginx> => {
  const folder = await mkdtemp(join(tmpdir(), 'fedgate-nginx-'))
  const file = join(folder, 'nginx.conf')
  await writeFile(file, configuration(folder, port, upstreams))
  const child = spawn(NGINX, ['-c', file, '-p', folder], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true })
  }
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(async (response) => (await response.text()).length > 0)
  await until(answers).catch(async () => {
    const log = await readFile(join(folder, 'error.log'), 'utf8').catch(() => '')
    await stop()
    throw new Error(`nginx does not answer: ${log}`)
  })
  return { stop }
}
