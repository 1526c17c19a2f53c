import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type Program, start } from './programs.ts'

/** nginx as a reverse proxy of the upstream with one worker; undefined where it is not installed. */
export async function nginx(folder: string, upstream: string): Promise<Program | undefined> {
  if (spawnSync('nginx', ['-v']).status !== 0) return undefined
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${join(folder, 'nginx.pid')}; error_log /dev/null;
events { worker_connections 256; }
http { access_log off;
  upstream directory { server ${new URL(upstream).host}; keepalive 64; keepalive_requests 1000000000; }
  server { listen 127.0.0.1:${port}; keepalive_requests 1000000000;
    location / { proxy_pass http://directory; proxy_http_version 1.1; proxy_set_header Connection ""; } } }
`,
  )
  const script = `echo http://127.0.0.1:${port}; exec nginx -c ${file}`
  return start(0, ['sh', '-c', script])
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(address !== null && typeof address !== 'string' ? address.port : 0))
    })
  })
}
