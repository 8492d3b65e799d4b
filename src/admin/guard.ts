/** Who may use the interface: whoever opens the control socket, who knows the password, or who has a token. */
import { createHmac, createPublicKey, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type CryptoKey, errors, importSPKI, jwtVerify } from 'jose'
import type { HttpServerConfig } from '../config/model.ts'
import { reasonOf } from '../errors.ts'
import { AdminError, adminCodes } from './errors.ts'

export type Verdict = 'admitted' | 'missing' | 'wrong' | 'expired'

export interface Guard {
  /** For the header that tells a client what is asked of it. */
  readonly scheme: 'Basic' | 'Bearer'
  /** @param authorization the header of that name. Never rejects. */
  judge (authorization: string | undefined): Promise<Verdict>
}

/** @throws AdminError CW_HTTP_KEY */
export async function guardOf (auth: HttpServerConfig['auth']): Promise<Guard> {
  return auth.kind === 'basic' ? basicGuard(auth) : tokenGuard(auth.keyfile)
}

function basicGuard ({ username, password }: { readonly username: string, readonly password: string }): Guard {
  // digests are of one length: comparing them tells nothing of how long a password is, nor where it differs
  const salt = randomBytes(32)
  const digest = (text: string): Buffer => createHmac('sha256', salt).update(text).digest()
  const expected = digest(`${username}:${password}`)
  return {
    scheme: 'Basic',
    judge: authorization => {
      const encoded = credentialsOf(authorization, 'Basic')
      if (encoded === null) return Promise.resolve('missing')
      return Promise.resolve(timingSafeEqual(digest(Buffer.from(encoded, 'base64').toString()), expected) ? 'admitted' : 'wrong')
    }
  }
}

/** RFC 7519. The algorithm is the key's, never the token's: `none` and HMAC with the public key have no way in. */
async function tokenGuard (keyfile: string): Promise<Guard> {
  const { key, algorithm } = await verificationKey(keyfile)
  return {
    scheme: 'Bearer',
    judge: async authorization => {
      const token = credentialsOf(authorization, 'Bearer')
      if (token === null) return 'missing'
      try {
        await jwtVerify(token, key, { algorithms: [algorithm], requiredClaims: ['exp'] })
        return 'admitted'
      } catch (error) {
        return error instanceof errors.JWTExpired ? 'expired' : 'wrong'
      }
    }
  }
}

async function verificationKey (keyfile: string): Promise<{ readonly key: CryptoKey, readonly algorithm: string }> {
  try {
    const publicKey = createPublicKey(await readFile(keyfile))
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey
    const algorithm = type === 'rsa' ? 'RS256' : type === 'ed25519' ? 'EdDSA' : type === 'ec' && details?.namedCurve === 'prime256v1' ? 'ES256' : null
    if (algorithm === null) throw new Error(`a key of type ${String(type)} is not used for tokens`)
    return { key: await importSPKI(publicKey.export({ type: 'spki', format: 'pem' }).toString(), algorithm), algorithm }
  } catch (error) {
    throw new AdminError(adminCodes.key, `${keyfile}: tokens can not be verified with it: ${reasonOf(error)}`, { hint: 'http_server.jwt.public.keyfile must be the PEM file of an RSA, P-256 or Ed25519 public key', cause: error })
  }
}

function credentialsOf (authorization: string | undefined, scheme: string): string | null {
  const [, word = '', rest = ''] = /^(\S+) +(\S+)$/.exec(authorization ?? '') ?? []
  return word.toLowerCase() === scheme.toLowerCase() ? rest : null
}
