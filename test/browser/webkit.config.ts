import { defineConfig } from 'vitest/config'
import { inBrowser } from '../projects/browser.ts'
import { inWebKit } from '../support/stock-browser.ts'

/** On demand: in the MiniBrowser of Debian's `webkit2gtk-driver`, or what WEBKIT_PATH names, within `xvfb`. */
export default defineConfig({ test: { projects: [inBrowser('webkit', inWebKit)] } })
