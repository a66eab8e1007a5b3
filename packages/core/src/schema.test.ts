import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type SchemaResult, type StandardSchemaV1, validate } from './schema.ts'

function schemaOf<T>(check: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>) {
  return { '~standard': { version: 1, vendor: 'test', validate: check } } as StandardSchemaV1<unknown, T>
}

describe('validate()', () => {
  it.each<[string, StandardSchemaV1<unknown, { n: number }>]>([
    ['zod', z.object({ n: z.coerce.number() }) as never],
    ['valibot', v.object({ n: v.pipe(v.string(), v.transform(Number)) }) as never],
  ])('returns what a schema of %s makes of a message', (_, schema) => {
    expect(validate(schema, { n: '5' })).toEqual({ n: 5 })
  })

  it.each<[string, StandardSchemaV1<unknown, unknown>]>([
    ['zod', z.object({ list: z.array(z.number()) })],
    ['valibot', v.object({ list: v.array(v.number()) })],
  ])('names the path of what does not fit a schema of %s, and shows nothing of it', (_, schema) => {
    expect(() => validate(schema, { list: [1, 's3cret'] })).toThrow(
      expect.objectContaining({
        code: 'SCHEMA',
        message: 'A message does not fit the schema at: list.1.',
        cause: [expect.objectContaining({ message: expect.any(String) })],
      }),
    )
  })

  it('names every path, keys in objects too', () => {
    const issues = [
      { message: 'x', path: [{ key: 'a' }, 'b'] },
      { message: 'y', path: [] },
      { message: 'z', path: [Symbol('s')] },
      { message: 'w' },
    ]
    expect(() =>
      validate(
        schemaOf(() => ({ issues })),
        1,
      ),
    ).toThrow('at: a.b, the message itself, Symbol(s), the message itself.')
  })

  it('waits for an async schema', async () => {
    await expect(
      validate(
        schemaOf(async () => ({ value: 5 })),
        1,
      ),
    ).resolves.toBe(5)
    const issues = [{ message: 'x' }]
    await expect(
      validate(
        schemaOf(async () => ({ issues })),
        1,
      ),
    ).rejects.toMatchObject({ code: 'SCHEMA' })
  })

  it('takes undefined for a message that fits', () => {
    expect(
      validate(
        schemaOf(() => ({ value: undefined })),
        1,
      ),
    ).toBeUndefined()
  })

  it('says that it was the schema when that throws or rejects', async () => {
    const cause = new Error('broken')
    const throws = schemaOf(() => {
      throw cause
    })
    expect(() => validate(throws, 1)).toThrow(expect.objectContaining({ code: 'SCHEMA', cause }))
    const rejects = schemaOf(() => Promise.reject(cause))
    await expect(validate(rejects, 1)).rejects.toMatchObject({ code: 'SCHEMA', cause })
  })
})
