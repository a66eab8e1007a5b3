import { describe, expect, it } from 'vitest'
import { targetOf } from './dial.ts'
import type { ProtocolsSource, UrlSource } from './url.ts'

const TARGET = { url: 'ws://a.test/', protocols: ['chat'] }

describe('targetOf()', () => {
  it.each<[string, UrlSource, ProtocolsSource]>([
    ['values', 'ws://a.test', ['chat']],
    ['a URL and a text', new URL('ws://a.test'), 'chat'],
    ['functions', () => 'ws://a.test', () => 'chat'],
  ])('does not wait for %s', (_, url, protocols) => {
    expect(targetOf(url, protocols, 1, undefined)).toEqual(TARGET)
  })

  it.each<[string, UrlSource, ProtocolsSource]>([
    ['the URL', async () => new URL('ws://a.test'), 'chat'],
    ['the protocols', 'ws://a.test', async () => ['chat']],
    ['both', async () => 'ws://a.test', async () => 'chat'],
  ])('waits for %s', async (_, url, protocols) => {
    const target = targetOf(url, protocols, 1, undefined)
    expect(target).toBeInstanceOf(Promise)
    expect(await target).toEqual(TARGET)
  })

  it('waits for any thenable', async () => {
    // biome-ignore lint/suspicious/noThenProperty: what it is about
    const url = () => ({ then: (resolve: (url: string) => void) => resolve('ws://a.test') }) as never
    expect(await targetOf(url, 'chat', 1, undefined)).toEqual(TARGET)
  })

  it('tells functions the number of the attempt', () => {
    const asked: number[] = []
    const url = (attempt: number) => {
      asked.push(attempt)
      return 'ws://a.test'
    }
    const protocols = (attempt: number) => {
      asked.push(attempt)
      return 'chat'
    }
    targetOf(url, protocols, 7, undefined)
    expect(asked).toEqual([7, 7])
  })

  it('resolves a relative URL against the base', () => {
    expect(targetOf(() => '/room', [], 1, 'https://a.test/page')).toEqual({
      url: 'wss://a.test/room',
      protocols: [],
    })
  })

  const broken = new Error('broken')
  const throws = (): never => {
    throw broken
  }

  it('throws what a function throws, as a HANDLER error that says which', () => {
    const error = (name: string) =>
      expect.objectContaining({ code: 'HANDLER', cause: broken, message: expect.stringContaining(name) })
    expect(() => targetOf(throws, 'chat', 1, undefined)).toThrow(error('url'))
    expect(() => targetOf('ws://a.test', throws, 1, undefined)).toThrow(error('protocols'))
  })

  it('rejects where a function rejects', async () => {
    const rejects = () => Promise.reject(broken)
    const error = { code: 'HANDLER', cause: broken }
    await expect(targetOf(rejects, 'chat', 1, undefined)).rejects.toMatchObject(error)
    await expect(targetOf('ws://a.test', rejects, 1, undefined)).rejects.toMatchObject(error)
    await expect(targetOf(rejects, rejects, 1, undefined)).rejects.toMatchObject(error)
  })

  it('leaves no rejection unhandled where one function throws and the other rejects', async () => {
    const unhandled: unknown[] = []
    const listener = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', listener)
    try {
      expect(() => targetOf(() => Promise.reject(broken), throws, 1, undefined)).toThrow()
      // Node tells unhandled rejections once the microtasks are done.
      await new Promise((resolve) => setImmediate(resolve))
    } finally {
      process.off('unhandledRejection', listener)
    }
    expect(unhandled).toEqual([])
  })

  it.each<[string, unknown, unknown]>([
    ['a bad URL', 'ftp://s3cret/?s3cret', 'chat'],
    ['no URL', undefined, 'chat'],
    ['bad protocols', 'ws://a.test', 's3cret s3cret'],
    ['no protocols', 'ws://a.test', undefined],
  ])('refuses %s of a function, and shows nothing of it', async (_, url, protocols) => {
    const sync = () =>
      targetOf(
        () => url as string,
        () => protocols as string,
        1,
        undefined,
      )
    expect(sync).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
    const async = targetOf(
      async () => url as string,
      async () => protocols as string,
      1,
      undefined,
    )
    const error = await Promise.resolve(async).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ code: 'CONFIGURATION' })
    expect((error as Error).stack).not.toContain('s3cret')
  })
})
