import { defineConfig } from 'vite';

export default defineConfig({
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // Nothing inlined: the page runs under a Content-Security-Policy without 'unsafe-inline' and data: URLs.
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/live': { target: 'ws://127.0.0.1:8080', ws: true } } },
});
