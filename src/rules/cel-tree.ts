import type { AttributePath } from '../scim/path.ts'
import { standardFunctions } from './cel-meter.ts'
import { childrenOf, type Expr, type Fold, metered } from './cel-rounds.ts'
import { oneOf, quoted, RuleFault } from './fault.ts'
import { compileRegex, type Regex } from './regex.ts'

type Call = Extract<Expr['exprKind'], { case: 'callExpr' }>['value']

/** What the evaluator does itself, without a function. */
const operators: ReadonlySet<string> = new Set(['_&&_', '_||_', '_?_:_', '_[_]', '@not_strictly_false'])
const typeNames = ['bool', 'bytes', 'double', 'int', 'list', 'map', 'null_type', 'string', 'type', 'uint']
const maxDepth = 32

/** What an expression reads of the resource, the regular expressions in it, and its tree, made to count its rounds. */
export interface CheckedTree {
  readonly tree: Expr
  readonly reads: readonly AttributePath[] | 'all'
  readonly regexes: ReadonlyMap<string, Regex>
}

/** @throws RuleFault for a tree that is too deep, or names what is not there */
export function checkTree(root: Expr): CheckedTree {
  const reads = new Map<string, AttributePath>()
  const regexes = new Map<string, Regex>()
  let readsAll = false
  const visit = (node: Expr, names: ReadonlySet<string>, depth: number): void => {
    if (depth > maxDepth)
      throw new RuleFault([], `is nested deeper than ${maxDepth} levels: split it, or say it plainer`)
    const read = attributeRead(node)
    if (read !== undefined) {
      reads.set(JSON.stringify(read), read)
      return
    }
    const { exprKind } = node
    if (exprKind.case === 'identExpr') {
      readsAll ||= exprKind.value.name === 'r'
      checkName(exprKind.value.name, names)
    }
    if (exprKind.case === 'callExpr') checkCall(exprKind.value, regexes)
    if (exprKind.case === 'structExpr' && exprKind.value.messageName !== '')
      throw new RuleFault([], `makes a ${quoted(exprKind.value.messageName)}, which no resource has: take it out`)
    const inner = exprKind.case === 'comprehensionExpr' ? withVariables(names, exprKind.value) : names
    for (const { child, isOutside } of childrenOf(node)) visit(child, isOutside ? names : inner, depth + 1)
  }
  visit(root, new Set(['r']), 1)
  return { tree: metered(root), reads: readsAll ? 'all' : [...reads.values()], regexes }
}

/** `r.title`, `has(r.title)`, `r["urn:..."]`: one attribute, or one extension, of the resource. */
function attributeRead({ exprKind }: Expr): AttributePath | undefined {
  if (exprKind.case === 'selectExpr')
    return isResource(exprKind.value.operand) ? { name: exprKind.value.field } : undefined
  if (exprKind.case !== 'callExpr' || exprKind.value.function !== '_[_]') return undefined
  const [of, at] = exprKind.value.args
  const key = at === undefined ? undefined : textOf(at)
  if (!isResource(of) || key === undefined) return undefined
  return key.includes(':') ? { urn: key } : { name: key }
}

const isResource = (node: Expr | undefined): boolean =>
  node?.exprKind.case === 'identExpr' && node.exprKind.value.name === 'r'

const textOf = ({ exprKind }: Expr): string | undefined =>
  exprKind.case === 'constExpr' && exprKind.value.constantKind.case === 'stringValue'
    ? exprKind.value.constantKind.value
    : undefined

function checkName(name: string, names: ReadonlySet<string>): void {
  if (names.has(name) || typeNames.includes(name)) return
  throw new RuleFault([], `${quoted(name)} is not known: the resource is \`r\`, as in \`r.userName\``)
}

function withVariables(names: ReadonlySet<string>, { iterVar, accuVar }: Fold): ReadonlySet<string> {
  if (iterVar === 'r' || typeNames.includes(iterVar))
    throw new RuleFault([], `\`${iterVar}\` cannot be the variable of a macro: call it otherwise`)
  return new Set([...names, iterVar, accuVar])
}

function checkCall({ function: name, target, args }: Call, regexes: Map<string, Regex>): void {
  if (operators.has(name)) return
  const known = standardFunctions().filter((one) => one.name === name)
  const shown = name.replace(/^_|_$/g, '').replace(/^@/, '')
  if (known.length === 0) throw new RuleFault([], `there is no function ${quoted(shown)} in CEL's standard definitions`)
  if (
    !known.some((one) => one.arguments.length === args.length && (one.target === undefined) === (target === undefined))
  ) {
    const forms = new Set(
      known.map((one) => `${one.target === undefined ? '' : 'x.'}${shown}(${one.arguments.map(() => '_').join(', ')})`),
    )
    throw new RuleFault([], `\`${shown}\` is called as ${oneOf([...forms])}`)
  }
  if (name !== 'matches') return
  const pattern = args[0] === undefined ? undefined : textOf(args[0])
  if (pattern === undefined) throw new RuleFault([], '`matches` takes a pattern that is written out, in quotes')
  regexes.set(pattern, compileRegex(pattern))
}
