import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Feed } from './feed.ts'
import { LONGEST } from './lines.ts'
import { jsonRefusal } from './text.ts'

const TOO_LONG = 'longer than 16,777,216 characters, and not sent'

/** Feeds a session that has room for so many lines. */
async function feed(input: Readable, room = Infinity) {
  const sent: string[] = []
  const refused: [number, string][] = []
  const session = {
    get hasRoom() {
      return sent.length < room
    },
    room: async () => false,
    send: (line: string) => void sent.push(line),
    finish: () => {},
  }
  const one = new Feed(input, session, {
    refuse: jsonRefusal,
    onRefused: (line, why) => refused.push([line, why]),
  })
  await one.run()
  return { sent, refused, leftover: one.leftover() }
}

describe('Feed', () => {
  it('refuses a line that is too long by its number, and what is wrong behind it', async () => {
    const long = 'x'.repeat(LONGEST + 1)
    const input = Readable.from([Buffer.from(`1\n${long}`), Buffer.from(`${long}\nbad\n4\n`)])
    expect(await feed(input)).toEqual({
      sent: ['1', '4'],
      refused: [
        [2, TOO_LONG],
        [3, 'not JSON, and not sent'],
      ],
      leftover: 2,
    })
  })

  it('counts a line that is too long once where nothing more can be sent', async () => {
    const input = Readable.from([Buffer.from(`1\n2\n${'x'.repeat(LONGEST + 1)}\n4\n`)])
    expect(await feed(input, 1)).toEqual({ sent: ['1'], refused: [], leftover: 3 })
  })

  it('names the line that cannot be read', async () => {
    const input = Readable.from(
      (async function* () {
        yield Buffer.from('1\n2\n')
        throw new Error('broken')
      })(),
    )
    expect(await feed(input)).toEqual({ sent: ['1', '2'], refused: [[3, 'broken']], leftover: 1 })
  })
})
