const NUMBER = new Intl.NumberFormat('en')
const CLOCK = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 1,
})

/** 12,345 */
export function formatCount(count: number): string {
  return NUMBER.format(count)
}

/** '1 message', '12,345 messages' */
export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** 640 B, 12.3 KiB, 4.7 MiB */
export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`
  const kib = bytes / 1_024
  if (kib < 1_024) return `${kib.toFixed(kib < 100 ? 1 : 0)} KiB`
  return `${(kib / 1_024).toFixed(1)} MiB`
}

/** 340 ms, 1.8 s, 12 s, 1:05 */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`
  return ms < 60_000 ? `${Math.round(ms / 1_000)} s` : formatUptime(ms)
}

/** 0:07, 12:34, 1:02:03 */
export function formatUptime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'))
  const hours = Math.floor(seconds / 3_600)
  return hours > 0 ? `${hours}:${parts.join(':')}` : parts.join(':').replace(/^0/, '')
}

/** 14:03:07.1 */
export function formatClock(at: number): string {
  return CLOCK.format(at)
}
