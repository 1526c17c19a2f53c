import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'

export interface OauthServer {
  readonly tokenUrl: string
  /** Status of every token request that arrived. */
  readonly answers: number[]
  /** True when this token is (still) good. */
  knows(token: string): Promise<boolean>
  revoke(token: string): Promise<void>
  /** Answers instead of the provider while set. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
  close(): Promise<void>
}

/** A real authorisation server on loopback, whose tokens live a minute. */
export async function startOauth(clients: readonly object[]): Promise<OauthServer> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const { warn } = console
  // It warns that its memory forgets, which is what a test wants.
  console.warn = () => undefined
  const provider = new Provider(issuer, {
    clients: clients.map((client) => ({
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      scope: 'scim',
      ...client,
    })),
    scopes: ['scim'],
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    ttl: { ClientCredentials: 60 },
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'signing', use: 'sig' }] },
    cookies: { keys: ['only for tests'] },
    enabledJWA: { clientAuthSigningAlgValues: ['PS256', 'RS256'] },
  })
  console.warn = warn
  const answers: number[] = []
  const callback = provider.callback()
  const oauth: OauthServer = {
    tokenUrl: `${issuer}/token`,
    answers,
    intercept: undefined,
    knows: async (token) => (await provider.ClientCredentials.find(token))?.isValid === true,
    revoke: async (token) => (await provider.ClientCredentials.find(token))?.destroy(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  server.on('request', (request, response) => {
    response.on('close', () => answers.push(response.statusCode))
    if (oauth.intercept === undefined) callback(request, response)
    else oauth.intercept(request, response)
  })
  return oauth
}

export interface KeyMaterial {
  readonly certificate: string
  readonly key: string
  /** The certificate's public key, as an authorisation server registers it. */
  readonly jwk: object
  /** Base64url of the SHA-256 of the certificate's DER, by another hand than ours. */
  readonly thumbprint: string
}

/** A self-signed certificate and its key, fresh from openssl. */
export function makeCertificate(): KeyMaterial {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-'))
  try {
    const at = (name: string) => join(folder, name)
    const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=tollgate']
    execFileSync('openssl', [...words, '-keyout', at('key'), '-out', at('cert')], { stdio: 'ignore' })
    const certificate = readFileSync(at('cert'), 'utf8')
    const parsed = new X509Certificate(certificate)
    const thumbprint = Buffer.from(parsed.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
    const jwk = parsed.publicKey.export({ format: 'jwk' })
    return { certificate, key: readFileSync(at('key'), 'utf8'), jwk, thumbprint }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
