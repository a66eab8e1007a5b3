import { randomBytes } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { isId } from '../shared/check.ts'
import type { IssuedToken } from '../shared/messages.ts'

const ALGORITHM = 'HS256'

/** What a valid token allows. */
export interface Grant {
  readonly member: string
  /** Epoch ms. */
  readonly expiresAt: number
}

/** Issues short-lived JWTs, and verifies them. */
export class Tokens {
  readonly #secret = randomBytes(32)
  readonly #life: number

  /** @param life - How long a token is good for, in ms; rounded up to the next whole second of the clock. */
  constructor(life: number) {
    this.#life = life
  }

  async issue(member: string): Promise<IssuedToken> {
    const expires = Math.ceil((Date.now() + this.#life) / 1_000)
    const value = await new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(member)
      .setExpirationTime(expires)
      .sign(this.#secret)
    return { value, expiresAt: expires * 1_000 }
  }

  /** `undefined` for a token that is forged or expired. */
  async verify(token: string): Promise<Grant | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.#secret, { algorithms: [ALGORITHM] })
      const { sub, exp } = payload
      return isId(sub) && exp !== undefined ? { member: sub, expiresAt: exp * 1_000 } : undefined
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }
}
