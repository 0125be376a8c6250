import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type {} from '@fastify/static'; // adds `sendFile` to the reply
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Where the one page stands; it reads the rest of its address itself. */
const PAGE_PATHS = ['/', '/wall/*'];
/** Everything the page needs comes from here; the WebSocket is named because older browsers do not count it to 'self'. */
const PAGE_HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy': "default-src 'self'; connect-src 'self' ws: wss:",
  'x-content-type-options': 'nosniff',
};

/** Serves the built wall page. @param folder where `index.html` is; without it there is an API only */
export function serveWebPages(app: NestFastifyApplication, folder: string | undefined): void {
  if (!folder || !existsSync(join(folder, 'index.html'))) return;
  // The page names its scripts by hash: they may be kept, it must be fresh.
  app.useStaticAssets({ root: folder, prefix: '/', index: false, maxAge: '1h' });
  const fastify = app.getHttpAdapter().getInstance();
  for (const path of PAGE_PATHS)
    fastify.get(path, (_request, reply) => reply.headers(PAGE_HEADERS).sendFile('index.html', { cacheControl: false }));
}
