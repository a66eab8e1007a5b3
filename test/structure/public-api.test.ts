import { expect, it } from 'vitest'
import { publicApi } from './public-api.ts'

// A change of this file is a change for users: the changelog tells it, and the changeset says how much it is.
it('is what public-api.txt says: names, members, parameters and types of every entry', async () => {
  await expect(publicApi(['core', 'react', 'vue'])).toMatchFileSnapshot('public-api.txt')
}, 60_000)
