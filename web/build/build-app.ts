import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build, type InlineConfig, type PluginOption } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'
import manifest from '../package.json' with { type: 'json' }
import { webManifest } from './web-manifest.ts'

const web = join(import.meta.dirname, '..')
const root = join(web, '..')
const app = join(web, 'app')
export const appOut = join(web, 'dist/app')

/** Whatever has no module graph to be found in. */
const OTHER_SOURCES = [
  'package-lock.json',
  'web/package.json',
  'web/app/index.html',
  'web/build/build-app.ts',
]

/**
 * Builds the app into `dist/app` and gives the files it was built from, relative to the repository, as `sha256sum` prints
 * them. Every chunk is in the service worker's list: one that is not would be a dead screen without a network.
 */
export async function buildApp(out = appOut): Promise<{ readonly sources: string }> {
  const sources = new Set(OTHER_SOURCES)
  // Libraries are taken as people use them, whatever runs this says: React for developers is twice as large, and slower.
  const before = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  try {
    await build(configOf(out, sources))
  } finally {
    if (before === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = before
  }
  return { sources: [...sources].sort().map(lineOf).join('') }
}

function configOf(out: string, sources: Set<string>): InlineConfig {
  return {
    root: app,
    base: '/',
    configFile: false,
    envDir: false,
    logLevel: 'warn',
    define: { APP_VERSION: JSON.stringify(manifest.version) },
    plugins: [takenFrom(sources), serviceWorker()],
    // Browsers inflate by themselves: the app has no WebAssembly for it, which its policy would not let run.
    resolve: { alias: { '@zip.js/zip.js': join(root, 'node_modules/@zip.js/zip.js/index-native.js') } },
    worker: {
      format: 'es',
      plugins: () => [takenFrom(sources)],
      rolldownOptions: {
        output: { entryFileNames: 'assets/[name]-[hash].js', chunkFileNames: 'assets/[name]-[hash].js' },
      },
    },
    build: {
      outDir: out,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  }
}

function serviceWorker(): PluginOption {
  return VitePWA({
    strategies: 'injectManifest',
    srcDir: 'sw',
    filename: 'sw.ts',
    // People are asked, and never in the middle of signing.
    registerType: 'prompt',
    injectRegister: false,
    manifest: webManifest,
    injectManifest: {
      globPatterns: ['**/*.{html,js,css,svg,png,webmanifest}'],
      maximumFileSizeToCacheInBytes: 4 * 2 ** 20,
    },
  })
}

function takenFrom(sources: Set<string>): PluginOption {
  return {
    name: 'sources-of-the-app',
    enforce: 'pre',
    resolveId(source, importer) {
      if (source.startsWith('node:'))
        throw new Error(`expected no module of Node, found ${source} in ${importer}`)
    },
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk')
          for (const id of chunk.moduleIds) {
            const name = relative(root, id.replace(/\?.*$/, ''))
            // What is installed is in the lock file.
            if (!id.startsWith('\0') && !name.startsWith('..') && !name.includes('node_modules'))
              sources.add(name)
          }
    },
  }
}

function lineOf(name: string): string {
  const digest = createHash('sha256')
    .update(readFileSync(join(root, name)))
    .digest('hex')
  return `${digest}  ${name}\n`
}
