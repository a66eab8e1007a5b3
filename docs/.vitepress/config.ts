import { defineConfig } from 'vitepress'
import { forGitHub } from './github-links.ts'
import { koreanSidebar, nav, sidebar } from './pages.ts'
import { search } from './search.ts'
import { slugOf } from './slug.ts'

const WIDE = ['comparison.md', 'states.md']

export default defineConfig({
  title: 'Holdfast',
  description: 'A WebSocket client that comes back, in TypeScript, for browsers and Node.',
  locales: {
    root: { label: 'English', lang: 'en' },
    // Two pages as yet: the switch leads to the first of them, and not to a page that is not there.
    ko: { label: '한국어', lang: 'ko', link: '/ko/start', themeConfig: { sidebar: koreanSidebar } },
  },
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: '/mark.svg' }],
    ['meta', { name: 'theme-color', content: '#0c6b63' }],
  ],
  markdown: {
    config: forGitHub,
    anchor: { slugify: slugOf },
    // Others of theirs are too pale to be read by everybody.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  transformPageData({ relativePath, frontmatter }) {
    // Their table or drawing needs the room that the outline takes on others.
    if (WIDE.includes(relativePath)) Object.assign(frontmatter, { aside: false, pageClass: 'wide' })
  },
  themeConfig: {
    logo: '/mark.svg',
    nav,
    sidebar,
    search,
    outline: [2, 3],
    i18nRouting: false,
  },
  vite: {
    // The library's TypeScript source, so that the live examples need no build.
    resolve: {
      conditions: ['holdfast-source'],
      alias: { '@search-box': 'vitepress/dist/client/theme-default/components/VPLocalSearchBox.vue' },
    },
    // Found late, it would make a page reload while somebody reads it.
    optimizeDeps: { include: ['rxjs'] },
    ssr: { noExternal: [/^@holdfast\//] },
    // The API of the core is one long page.
    build: { chunkSizeWarningLimit: 1_500 },
  },
})
