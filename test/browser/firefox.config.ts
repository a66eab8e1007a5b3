import { defineConfig } from 'vitest/config'
import { inBrowser } from '../projects/browser.ts'
import { inFirefox } from '../support/stock-browser.ts'

/** On demand: in Debian's `firefox-esr`, or what FIREFOX_PATH names. */
export default defineConfig({ test: { projects: [inBrowser('firefox', inFirefox)] } })
