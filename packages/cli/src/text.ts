/** Control characters, and those that turn the direction of what follows: a server must not write to the terminal. */
const HARMFUL = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu

/** What may be shown in a terminal, whoever wrote it. */
export function visible(text: string): string {
  return text.replace(HARMFUL, (character) => {
    const code = character.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
}

/** `1 message`, `2 messages`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** `0.8 s` for a delay that was drawn. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}

/** Bytes that are shown of a binary message. */
const SHOWN_BYTES = 32

/** A message as a person reads it. */
export function shown(data: string | ArrayBuffer, isJson: boolean): string {
  if (typeof data === 'string') return visible(isJson ? indented(data) : data)
  const hex = [...new Uint8Array(data, 0, Math.min(SHOWN_BYTES, data.byteLength))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(' ')
  return `[${counted(data.byteLength, 'byte')}] ${hex}${data.byteLength > SHOWN_BYTES ? ' …' : ''}`
}

/** Why a line is not to be sent with `--json`; `''` for one that is blank. */
export function jsonRefusal(line: string): string | undefined {
  if (line.trim() === '') return ''
  try {
    JSON.parse(line)
    return undefined
  } catch {
    // Not the parser's own words, which quote the line.
    return 'not JSON, and not sent'
  }
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
