import { randomBytes } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { type IssuedToken, isMemberId } from '../shared/sign-in.ts'

const ALGORITHM = 'HS256'

/** What a valid token allows. */
export interface Grant {
  readonly member: string
  /** Epoch ms. */
  readonly expiresAt: number
}

/** Issues short-lived JWTs, verifies them, and takes them back. */
export class TokenDesk {
  readonly #secret = randomBytes(32)
  readonly #life: number
  #generation = 1
  /** While true every token is refused, however fresh. */
  isRefusing = false

  /** @param life - How long a token is good for, in ms; rounded up to the next whole second of the clock. */
  constructor(life: number) {
    this.#life = life
  }

  async issue(member: string): Promise<IssuedToken> {
    const expires = Math.ceil((Date.now() + this.#life) / 1_000)
    const value = await new SignJWT({ generation: this.#generation })
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(member)
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(this.#secret)
    return { value, expiresAt: expires * 1_000 }
  }

  /** `undefined` for a token that is forged, expired or revoked. */
  async verify(token: string): Promise<Grant | undefined> {
    if (this.isRefusing) return undefined
    try {
      const { payload } = await jwtVerify(token, this.#secret, { algorithms: [ALGORITHM] })
      const { sub, exp, generation } = payload
      if (!isMemberId(sub) || exp === undefined || generation !== this.#generation) return undefined
      return { member: sub, expiresAt: exp * 1_000 }
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }

  /** No token issued so far is good any more. */
  revokeAll(): void {
    this.#generation += 1
  }
}
