import { join } from 'node:path'
import { build, type PluginOption, type PreviewServer, preview } from 'vite'

const root = join(import.meta.dirname, '../..')
const out = join(root, 'test/out/browser')

/** The built page, and beside it the trails that specs put there to be fetched. */
export const siteDirectory = join(out, 'site')
/** Names of all modules the page and its worker were built from, one a line, relative to the repository. */
export const modulesFile = join(out, 'modules.txt')

/** No inline script, no eval, nothing from elsewhere: what the offline page can live with. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'"

/**
 * Builds the page and its worker, and returns the modules they consist of. Throws if any module asks for one
 * of Node's: vite would put an empty module in its place and say so only in passing.
 */
export async function buildSite({ conditions }: { conditions?: readonly string[] } = {}): Promise<string[]> {
  const modules = new Set<string>()
  const plugins = (): PluginOption[] => [
    {
      name: 'modules-of-a-page',
      enforce: 'pre',
      resolveId(source, importer) {
        if (source.startsWith('node:'))
          throw new Error(`expected no module of Node, found ${source} in ${importer}`)
      },
      generateBundle(_, bundle) {
        for (const chunk of Object.values(bundle)) {
          if (chunk.type === 'chunk')
            for (const id of chunk.moduleIds) modules.add(id.replace(`${root}/`, ''))
        }
      },
    },
  ]
  await build({
    root: join(import.meta.dirname, 'page'),
    configFile: false,
    logLevel: conditions === undefined ? 'warn' : 'silent',
    plugins: plugins(),
    worker: { format: 'es', plugins },
    ...(conditions === undefined ? {} : { resolve: { conditions: [...conditions] } }),
    // Nothing is translated to older JavaScript and nothing renamed: what runs is what was written.
    build: {
      outDir: siteDirectory,
      write: conditions === undefined,
      emptyOutDir: true,
      target: 'esnext',
      minify: false,
      modulePreload: false,
    },
  })
  return [...modules].sort()
}

/** Serves the built page on a free port of 127.0.0.1. */
export function serveSite(): Promise<PreviewServer> {
  return preview({
    root: join(import.meta.dirname, 'page'),
    configFile: false,
    logLevel: 'warn',
    build: { outDir: siteDirectory },
    preview: {
      host: '127.0.0.1',
      port: 0,
      headers: { 'Content-Security-Policy': contentSecurityPolicy },
    },
  })
}
