import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type {} from '@fastify/static'; // adds `sendFile` to the reply
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Serves the built wall page at `/` and `/wall/{gym}/{room}`. @param folder where `index.html` is; without it there is an API only */
export function serveWebPages(app: NestFastifyApplication, folder: string | undefined): void {
  if (!folder || !existsSync(join(folder, 'index.html'))) return;
  app.useStaticAssets({ root: folder, prefix: '/', index: ['index.html'], maxAge: '1h', setHeaders: noCacheForPages });
  app
    .getHttpAdapter()
    .getInstance()
    .get('/wall/*', (_request, reply) => reply.header('cache-control', 'no-cache').sendFile('index.html', { maxAge: 0 }));
}

/** The page names its scripts by hash: it must be fresh, they may be kept. */
function noCacheForPages(response: { setHeader(name: string, value: string): unknown }, path: string): void {
  if (path.endsWith('.html')) response.setHeader('cache-control', 'no-cache');
}
