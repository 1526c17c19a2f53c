import { type CryptoKey, importPKCS8, importX509, SignJWT } from 'jose'
import type { Reference } from '../reference.ts'
import type { GrantTools } from './grant.ts'
import type { ClientAuthentication } from './oauth2.ts'
import { keepSecret, unusable } from './secret.ts'

export interface CertificateClient {
  readonly tokenUrl: string
  readonly clientId: string
  readonly certificate: Reference
  readonly key: Reference
  readonly alg?: 'PS256' | 'RS256' | undefined
}

interface Signer {
  readonly key: CryptoKey
  /** Base64url of the SHA-256 of the certificate's DER. */
  readonly thumbprint: string
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const assertionSeconds = 300

/** private_key_jwt (RFC 7523 §2.2) in the form that Microsoft Entra ID asks for: PS256 and `x5t#S256` (facts B2). */
export function makeCertificateClient(client: CertificateClient, tools: GrantTools): ClientAuthentication {
  const certificate = keepSecret(client.certificate, tools)
  const key = keepSecret(client.key, tools)
  const alg = client.alg ?? 'PS256'
  let signer: Promise<Signer> | undefined
  const makeSigner = async () => signerOf(await certificate.read(), await key.read(), alg, tools)
  return {
    forget() {
      certificate.forget()
      key.forget()
      signer = undefined
    },
    async prove() {
      signer ??= makeSigner().catch((error: unknown) => {
        signer = undefined
        certificate.forget()
        key.forget()
        throw error
      })
      const assertion = await assert(client, await signer, alg, tools)
      const form = { client_id: client.clientId, client_assertion_type: assertionType, client_assertion: assertion }
      return { headers: {}, form }
    },
  }
}

function assert(client: CertificateClient, signer: Signer, alg: string, { ports }: GrantTools): Promise<string> {
  const nowSeconds = Math.floor(ports.now() / 1_000)
  return new SignJWT({})
    .setProtectedHeader({ alg, typ: 'JWT', 'x5t#S256': signer.thumbprint })
    .setAudience(client.tokenUrl)
    .setIssuer(client.clientId)
    .setSubject(client.clientId)
    .setJti(ports.newId())
    .setNotBefore(nowSeconds)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + assertionSeconds)
    .sign(signer.key)
}

async function signerOf(certificatePem: string, keyPem: string, alg: string, tools: GrantTools): Promise<Signer> {
  const block = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(certificatePem)
  const der = bytesOf(block?.[1])
  if (block === null || der === undefined) throw unusable(tools, 'the certificate is not PEM (BEGIN CERTIFICATE)')
  if (!keyPem.includes('-----BEGIN PRIVATE KEY-----'))
    throw unusable(
      tools,
      'the key is not PKCS#8 in PEM (BEGIN PRIVATE KEY): `openssl pkcs8 -topk8 -nocrypt` makes it one',
    )
  const publicKey = await importX509(block[0], alg).catch((cause: unknown) => {
    throw unusable(tools, 'the certificate cannot be read, or does not hold an RSA key', cause)
  })
  const key = await importPKCS8(keyPem.trim(), alg).catch((cause: unknown) => {
    throw unusable(tools, 'the key cannot be read, or is not an RSA key', cause)
  })
  if (!(await belongTogether(key, publicKey)))
    throw unusable(tools, 'the certificate and the key do not belong together')
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', der))
  return {
    key,
    thumbprint: btoa(String.fromCharCode(...digest))
      .replace(/\+/g, '-')
      .replace(/\//g, '_')
      .replace(/=+$/, ''),
  }
}

function bytesOf(text: string | undefined): Uint8Array<ArrayBuffer> | undefined {
  try {
    return text === undefined ? undefined : Uint8Array.from(atob(text.replace(/\s/g, '')), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** Signs and verifies once: the one sure way to learn it before the token endpoint does. */
async function belongTogether(key: CryptoKey, publicKey: CryptoKey): Promise<boolean> {
  const algorithm = { name: key.algorithm.name, saltLength: 32 }
  const probe = new TextEncoder().encode('tollgate')
  const signature = await crypto.subtle.sign(algorithm, key, probe)
  return crypto.subtle.verify(algorithm, publicKey, signature, probe)
}
