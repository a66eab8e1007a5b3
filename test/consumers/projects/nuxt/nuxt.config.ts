export default defineNuxtConfig({
  compatibilityDate: '2026-01-01',
  telemetry: false,
  // A plugin of its own makes none, and it warns of that.
  sourcemap: false,
})
