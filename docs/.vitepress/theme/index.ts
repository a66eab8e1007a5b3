import type { Theme } from 'vitepress'
// Without its fonts: the system's are as good, and nothing has to be loaded for them.
import DefaultTheme from 'vitepress/theme-without-fonts'
import LiveConnection from './live/LiveConnection.vue'
import LiveVerdict from './live/LiveVerdict.vue'
import { prepareSearch } from './offline-search.ts'
import './style.css'

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('LiveConnection', LiveConnection)
    app.component('LiveVerdict', LiveVerdict)
    prepareSearch()
  },
} satisfies Theme
