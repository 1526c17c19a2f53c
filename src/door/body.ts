import { ScimError } from '../scim/error.ts'

const tooLarge = (maxBytes: number) => new ScimError(413, `the body is larger than ${maxBytes} bytes`)

/**
 * Reads a request's body as UTF-8 text, stopping as soon as it is known to be too large.
 * @throws ScimError 413 over `maxBytes`; 400 `invalidSyntax` for what is not UTF-8, or broke off.
 */
export async function readLimited(request: Request, maxBytes: number): Promise<string> {
  if (request.body === null) return ''
  const announced = request.headers.get('content-length')
  if (announced !== null && Number(announced) > maxBytes) throw tooLarge(maxBytes)
  // With a length announced the transport delivers no more than that; without one, count while reading.
  const bytes =
    announced === null ? await readCounting(request.body, maxBytes) : await request.arrayBuffer().catch(brokenOff)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch (cause) {
    throw new ScimError(400, 'the body is not valid UTF-8', { scimType: 'invalidSyntax', cause })
  }
}

async function readCounting(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read().catch(brokenOff)
    if (done) break
    length += value.length
    if (length > maxBytes) {
      await reader.cancel()
      throw tooLarge(maxBytes)
    }
    chunks.push(value)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function brokenOff(cause: unknown): never {
  throw new ScimError(400, 'the body broke off before its end', { scimType: 'invalidSyntax', cause })
}
