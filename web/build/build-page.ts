import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build, type PluginOption } from 'vite'
import manifest from '../package.json' with { type: 'json' }

const web = join(import.meta.dirname, '..')
const root = join(web, '..')

export interface BuiltPage {
  readonly html: string
  /** The files it was built from, relative to the repository, as `sha256sum` prints them. */
  readonly sources: string
}

/**
 * The offline page as one file: its style and its script, the worker's in it, each under its digest in the page's own
 * policy. The same sources make the same bytes. Nothing is renamed or made shorter: what runs is what was written, and
 * whoever wants to read it can. Throws if any module asks for one of Node's.
 */
export async function buildPage(): Promise<BuiltPage> {
  const sources = new Set(['web/package.json', 'web/src/index.html', 'web/src/style.css'])
  const worker = await scriptOf('check/worker.ts', {}, sources)
  const script = await scriptOf('src/main.ts', { WORKER_SCRIPT: JSON.stringify(worker) }, sources)
  const style = textOf('style.css')
  const parts: Readonly<Record<string, string>> = {
    '{policy}': policyOf(script, style),
    '{version}': manifest.version,
    '<!-- style -->': `<style>${style}</style>`,
    '<!-- script -->': `<script>${script}</script>`,
  }
  const html = textOf('index.html').replace(
    /\{(?:policy|version)\}|<!-- (?:style|script) -->/g,
    (name) => parts[name] ?? '',
  )
  return { html, sources: [...sources].sort().map(lineOf).join('') }
}

/** Nothing is loaded, nothing is sent; a worker only of the page's own making, and no text becomes markup. */
function policyOf(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src '${digestOf(script)}'`,
    `style-src '${digestOf(style)}'`,
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types worker-of-this-page',
  ].join('; ')
}

function digestOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** A script with all its modules in it. */
async function scriptOf(
  entry: string,
  define: Record<string, string>,
  sources: Set<string>,
): Promise<string> {
  const built = await build({
    root: web,
    configFile: false,
    envDir: false,
    logLevel: 'warn',
    define,
    plugins: [noNode()],
    // Browsers inflate by themselves: the page has no WebAssembly, which its policy would not let run.
    resolve: { alias: { '@zip.js/zip.js': join(root, 'node_modules/@zip.js/zip.js/index-native.js') } },
    build: {
      write: false,
      target: 'esnext',
      minify: false,
      modulePreload: false,
      rolldownOptions: {
        input: join(web, entry),
        // The zip library asks where it was loaded from, for workers of its own that are not used.
        // What opens zips is the worker's.
        ...(entry === 'src/main.ts' ? { treeshake: { moduleSideEffects: false } } : {}),
        transform: { define: { 'import.meta': '{}' } },
        output: { format: 'iife', codeSplitting: false },
      },
    },
  })
  const [output] = [built].flat()
  if (output === undefined || !('output' in output)) throw new Error('expected a bundle')
  const [chunk, ...more] = output.output
  if (chunk?.type !== 'chunk' || more.length > 0)
    throw new Error(`expected one script, found ${more.length} more`)
  for (const id of chunk.moduleIds) if (!id.startsWith('\0')) sources.add(relative(root, id))
  // In a page nothing may look like the end of its script, nor like the beginning of a comment in one.
  return chunk.code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
}

function noNode(): PluginOption {
  return {
    name: 'nothing-of-node',
    enforce: 'pre',
    resolveId(source, importer) {
      if (source.startsWith('node:'))
        throw new Error(`expected no module of Node, found ${source} in ${importer}`)
    },
  }
}

function textOf(name: string): string {
  return readFileSync(join(web, 'src', name), 'utf8')
}

function lineOf(name: string): string {
  return `${createHash('sha256')
    .update(readFileSync(join(root, name)))
    .digest('hex')}  ${name}\n`
}
