import { buildPage } from './built-page.ts'
import { type Files, type ServedFiles, serveFiles } from './serve-files.ts'

const HTML = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>A page of ours</title>
    <link rel="icon" href="data:," />
  </head>
  <body>
    <div id="root"></div>
    <script type="module" src="/page.js"></script>
  </body>
</html>
`

/** Bundles a script, the library from its sources in it, and gives it a page. */
export async function bundlePage(script: string): Promise<Files> {
  const { files } = await buildPage({
    resolve: { conditions: ['holdfast-source', 'module', 'browser', 'production'] },
    build: {
      copyPublicDir: false,
      rolldownOptions: { input: script, output: { entryFileNames: 'page.js' } },
    },
  })
  return new Map([...files, ['/index.html', HTML]])
}

/** Bundles a script and serves its page. */
export async function servePage(script: string): Promise<ServedFiles> {
  return serveFiles(await bundlePage(script))
}
