import { defineConfig } from 'vitepress'
import { forGitHub } from './github-links.ts'
import { nav, sidebar } from './pages.ts'

export default defineConfig({
  title: 'Holdfast',
  description: 'A WebSocket client that comes back, in TypeScript, for browsers and Node.',
  lang: 'en',
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: '/mark.svg' }],
    ['meta', { name: 'theme-color', content: '#0c6b63' }],
  ],
  markdown: { config: forGitHub },
  themeConfig: {
    logo: '/mark.svg',
    nav,
    sidebar,
    // The index is built with the site: no service is asked, so it needs no network either.
    search: { provider: 'local' },
    outline: [2, 3],
  },
  vite: {
    // The library's TypeScript source, so that the live examples need no build.
    resolve: { conditions: ['holdfast-source'] },
    ssr: { noExternal: [/^@holdfast\//] },
    // The API of the core is one long page.
    build: { chunkSizeWarningLimit: 1_500 },
  },
})
