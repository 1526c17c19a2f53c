import type { IncomingResponse } from '../../../ports.ts'
import { ScimError } from '../../../scim/error.ts'
import { fold } from '../../../scim/fold.ts'
import { requireMethod } from '../../../scim/resource-request.ts'
import type { DirectoryType } from '../model.ts'
import { deleteRow } from '../write.ts'
import { bad, respond } from './answer.ts'
import { create } from './create.ts'
import { discover } from './discovery.ts'
import { isId } from './id.ts'
import { listPage } from './list.ts'
import { type StandInParts, typeOf, unknownId, write } from './parts.ts'
import { patch } from './patch.ts'
import { listParameters, readParameterNames, readProjection, readQuery } from './query.ts'
import { showAll } from './show.ts'
import { type Asked, readBody, readParameters, requireAccept } from './wire.ts'

/** Answers one request (facts A1): place and method first, then headers, query, body and at last what is stored. */
export async function answer(parts: StandInParts, asked: Asked): Promise<IncomingResponse> {
  const { segments, method } = asked
  const [place, id, ...more] = segments
  if ((place !== 'users' && place !== 'groups') || more.length > 0) return answerDiscovery(asked)
  const type = typeOf(parts, place === 'users' ? 'User' : 'Group')
  requireMethod(method, id === undefined ? ['GET', 'POST'] : ['GET', 'PATCH', 'DELETE'])
  requireAccept(asked)
  return id === undefined ? answerCollection(parts, type, asked) : answerMember(parts, type, asked, requireId(id))
}

function answerDiscovery(asked: Asked): IncomingResponse {
  const body = discover(asked.segments)
  if (body === undefined)
    throw new ScimError(404, `Resource not found for the segment '${asked.segments.join('/').slice(0, 100)}'.`)
  requireMethod(asked.method, ['GET'])
  requireAccept(asked)
  readParameters(asked.query, [])
  return respond({ status: 200, body })
}

async function answerCollection(parts: StandInParts, type: DirectoryType, asked: Asked): Promise<IncomingResponse> {
  if (asked.method === 'GET') {
    const query = readQuery(readParameters(asked.query, listParameters), type.definition)
    return respond({ status: 200, body: await listPage(parts, type, query) })
  }
  readParameters(asked.query, [])
  return respond({ status: 201, body: create(parts, type, readBody(asked)) })
}

function answerMember(parts: StandInParts, type: DirectoryType, asked: Asked, id: string): IncomingResponse {
  if (asked.method === 'GET') {
    const projection = readProjection(readParameters(asked.query, readParameterNames), type.definition)
    const { storage, model } = parts.directory
    const [shown] = storage.use((queries) => {
      const row = queries.byId(type.name, id)
      return row === undefined ? [] : showAll([row], model, queries, projection)
    })
    if (shown === undefined) throw unknownId(parts, id)
    return respond({ status: 200, body: shown })
  }
  readParameters(asked.query, [])
  if (asked.method === 'PATCH') patch(parts, type, id, readBody(asked))
  else
    write(parts, type, (writing) => {
      if (writing.queries.byId(type.name, id) === undefined) throw unknownId(parts, id)
      deleteRow(writing, id, {})
    })
  return respond({ status: 204 })
}

/** @throws ScimError 400 for what can be no id. */
function requireId(id: string): string {
  if (!isId(id)) throw bad(`Invalid object identifier '${id.slice(0, 100)}'.`)
  return fold(id)
}
