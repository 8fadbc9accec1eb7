/** How the editor becomes one module and one stylesheet that Django serves. */

import { fileURLToPath } from 'node:url'

import { defineConfig } from 'vitest/config'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

export default defineConfig({
  publicDir: false,
  resolve: {
    // Of these the canvas needs so little that ours are worth several kilobytes.
    alias: [
      { find: /^d3-transition$/, replacement: path('src/lean/transition.ts') },
      { find: /^d3-interpolate$/, replacement: path('src/lean/interpolate.ts') },
    ],
  },
  build: {
    target: 'es2022',
    outDir: path('../pages/static/wayflow'),
    // Others keep their files there too.
    emptyOutDir: false,
    // Of what is built in; whoever passes the editor on must pass them on.
    license: { fileName: 'editor.licenses.md' },
    modulePreload: false,
    cssCodeSplit: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: path('src/index.ts'),
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: 'editor.js', assetFileNames: 'editor[extname]', codeSplitting: false },
      checks: { moduleLevelDirective: false },
    },
  },
  test: {
    include: ['src/**/*.test.{ts,tsx}'],
    environment: 'node',
    restoreMocks: true,
    unstubGlobals: true,
    server: { deps: { inline: [/^@xyflow|\/d3-zoom\//] } },
  },
})
