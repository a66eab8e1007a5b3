import { describe, expect, it } from 'vitest'
import { counted, jsonRefusal, shown, visible } from './text.ts'

describe('what is shown in a terminal', () => {
  it('has no character that does something to it', () => {
    expect(visible('a\u001b[2J\u0007b\u009bc\r\u202ed')).toBe('a\\x1b[2J\\x07b\\x9bc\\x0d\\u202ed')
  })

  it('keeps text, tabs and line ends', () => {
    expect(visible('grüße 👋🏽\t漢\n')).toBe('grüße 👋🏽\t漢\n')
  })

  it('shows bytes as bytes', () => {
    expect(shown(Uint8Array.of(0, 255).buffer, false)).toBe('[2 bytes] 00 ff')
    expect(shown(new ArrayBuffer(33), false)).toMatch(/^\[33 bytes\] (00 ){32}…$/)
  })

  it('indents JSON where that is wanted', () => {
    expect(shown('{"a":[1]}', true)).toBe('{\n  "a": [\n    1\n  ]\n}')
    expect(shown('{"a":[1]}', false)).toBe('{"a":[1]}')
    expect(shown('plain', true)).toBe('plain')
  })
})

describe('--json', () => {
  it('refuses what is not JSON, without quoting it', () => {
    expect(jsonRefusal('{"a":1}')).toBeUndefined()
    expect(jsonRefusal('null')).toBeUndefined()
    expect(jsonRefusal('  ')).toBe('')
    expect(jsonRefusal('secret')).toBe('not JSON, and not sent')
  })
})

it('counts', () => {
  expect([0, 1, 2].map((count) => counted(count, 'message'))).toEqual([
    '0 messages',
    '1 message',
    '2 messages',
  ])
})
