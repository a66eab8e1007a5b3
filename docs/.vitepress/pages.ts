import type { DefaultTheme } from 'vitepress'

export const nav: DefaultTheme.NavItem[] = [
  { text: 'Start', link: '/start' },
  { text: 'Guides', link: '/sign-in', activeMatch: '^/(sign-in|offline|delivery|liveness|streams)' },
  { text: 'Comparison', link: '/comparison' },
  { text: 'API', link: '/api/', activeMatch: '^/api/' },
  { text: 'Changelog', link: '/changelog' },
]

export const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: 'Begin',
    items: [
      { text: 'Start here', link: '/start' },
      { text: 'The native WebSocket', link: '/native-websocket' },
      { text: 'Recipes', link: '/recipes' },
      { text: 'Comparison', link: '/comparison' },
      { text: 'Changelog', link: '/changelog' },
    ],
  },
  {
    text: 'Concepts',
    items: [
      { text: 'The connection', link: '/connection' },
      { text: 'The options', link: '/options' },
      { text: 'The states', link: '/states' },
      { text: 'Close codes', link: '/close-codes' },
      { text: 'What is guaranteed', link: '/guarantees' },
      { text: 'The queue', link: '/queue' },
      { text: 'Errors', link: '/errors' },
    ],
  },
  {
    text: 'Guides',
    items: [
      { text: 'Signing in', link: '/sign-in' },
      { text: 'Offline', link: '/offline' },
      { text: 'The stored outbox', link: '/stored-outbox' },
      { text: 'Delivery', link: '/delivery' },
      { text: 'Liveness', link: '/liveness' },
      { text: 'Security', link: '/security' },
      { text: 'Telemetry', link: '/telemetry' },
      { text: 'Testing', link: '/testing' },
    ],
  },
  {
    text: 'Messages',
    items: [
      { text: 'Codecs and schemas', link: '/messages' },
      { text: 'Streams', link: '/streams' },
      { text: 'Channels', link: '/channels' },
      { text: 'Requests', link: '/requests' },
      { text: 'Backpressure', link: '/backpressure' },
    ],
  },
  {
    text: 'Where it runs',
    items: [
      { text: 'React', link: '/react' },
      { text: 'Vue', link: '/vue' },
      { text: 'The WebSocket class', link: '/websocket' },
      { text: 'Rendering on a server', link: '/ssr' },
      { text: 'Workers', link: '/workers' },
      { text: 'Node', link: '/node' },
      { text: 'React Native', link: '/react-native' },
      { text: 'In the terminal', link: '/cli' },
    ],
  },
  {
    text: 'Coming from',
    items: [
      { text: 'The native class', link: '/migration/native-websocket' },
      { text: 'partysocket', link: '/migration/partysocket' },
      { text: 'reconnecting-websocket', link: '/migration/reconnecting-websocket' },
      { text: 'react-use-websocket', link: '/migration/react-use-websocket' },
      { text: 'VueUse', link: '/migration/vueuse' },
      { text: 'rxjs webSocket', link: '/migration/rxjs-websocket' },
    ],
  },
  {
    text: 'Figures',
    items: [
      { text: 'Benchmarks', link: '/benchmarks' },
      { text: 'A storm of a million clients', link: '/storm' },
    ],
  },
  {
    text: 'API',
    collapsed: true,
    items: [
      { text: '@holdfast/core', link: '/api/@holdfast/core' },
      { text: '@holdfast/core/websocket', link: '/api/@holdfast/core/websocket' },
      { text: '@holdfast/core/storage', link: '/api/@holdfast/core/storage' },
      { text: '@holdfast/core/testing', link: '/api/@holdfast/core/testing' },
      { text: '@holdfast/react', link: '/api/@holdfast/react' },
      { text: '@holdfast/vue', link: '/api/@holdfast/vue' },
    ],
  },
]

/** What there is in Korean, before all else. */
export const koreanSidebar: DefaultTheme.Sidebar = [
  {
    text: '한국어',
    items: [
      { text: '시작하기', link: '/ko/start' },
      { text: '네이티브 WebSocket', link: '/ko/native-websocket' },
    ],
  },
  ...sidebar,
]
